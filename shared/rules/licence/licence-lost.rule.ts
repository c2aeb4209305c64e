import { z } from 'zod';
import { defineRule, type RuleInput } from '../rule.ts';
import type { Detail, Firing, Severity, Verdict } from '../verdict.ts';
import {
  carriesMailbox,
  enabledFamilies,
  enabledPlans,
  familyName,
  familyOfPlan,
} from '../../products/products.ts';
import { isFree, isIgnored, productSettings } from '../../products/ignored-products.ts';
import { explainLicenceLoss } from '../../cause/cause.ts';
import { evidenceOf } from '../../cause/evidence.ts';
import type { Evidence, LicenceLoss } from '../../cause/explanation.ts';
import type { Fact, Licence } from '../../timeline/fact.ts';
import { heldLicences, type LossFact } from '../../cause/losses.ts';
import { freeingConversion } from '../../timeline/mailbox-kind.ts';
import { compareText } from '../../text/order.ts';
import { minutesAfter, writtenMoment } from '../../time/moments.ts';
import { factsOfLosses } from './facts-of-losses.ts';
import { heldBackUntil } from './grace.ts';
import {
  isToldChange,
  latestLoss,
  lossesIn,
  type MissingLicences,
  missingLicences,
  partOf,
} from './missing-licences.ts';
import { freedMailboxText } from './freed-mailbox.ts';
import { remedyOfLosses } from './remedies.ts';
import { listed } from '../../text/listed.ts';
import { isOffBoarding, isSwitchedOff, isWithin, offBoardingText } from './off-boarding.ts';
import { otherLosses, toldLoss } from './several-losses.ts';

const settings = z.object({
  ...productSettings,
  /** A loss so close to the disabling or deletion of the account is off-boarding, and low. */
  offBoardingHours: z.number().min(0).default(24),
  /**
   * For so long after an account was created, restored or enabled a loss is waited for to heal. None by default: somebody took the
   * licence away, a swap is recognised as such, and the first day is when nobody would notice.
   */
  graceHours: z.number().min(0).default(0),
  /** How long the data of a mailbox without a licence is kept; 60 where delayed delicensing is on (FACTS 4.2). */
  mailboxKeptDays: z.number().min(0).default(30),
});
type Settings = z.infer<typeof settings>;
type Input = RuleInput<Settings, 'timeline'>;

export const rule = defineRule({
  id: 'licence/licence-lost',
  title: 'Licence lost',
  severity: 'medium',
  subject: 'user',
  doer: true,
  needs: ['timeline'],
  settings,
  runbook: [
    'Read who took it away and whether it was meant: in the audit log, "Change user license" of this user at the time of the loss, fields initiatedBy and AssignedLicense (old and new value).',
    'Give it back the way it went, before the mailbox data is deleted, 30 days after the loss: where the licence came from a group, put the user back into it (of a dynamic one correct the rule), the product back on it (Set-MgGroupLicense), or the group back; where a subscription lapsed, renew it; else admin.microsoft.com > Users > Active users > the user > Licenses and apps, or Set-MgUserLicense.',
    'Check after 15 minutes that LicenseAssignmentStates shows every product with State Active and no Error.',
  ],
  reference: 'https://learn.microsoft.com/en-us/microsoft-365/admin/manage/remove-licenses-from-users',
  knownGaps: [
    'A change that neither log has recorded is not seen (automatic claims, some portals).',
    'A change whose record has not arrived in full is neither a loss nor a return until it has.',
    'A subscription that lapses stops its services before it takes licences away; no record of the user tells that.',
    'Delayed delicensing cannot be read: where it is on, the mailbox stays for 30 days more than is said here.',
    'That a mailbox is a shared one, a room or equipment is known where the unified log tells of its conversion (Set-Mailbox -Type) and names the mailbox by UPN or object id.',
  ],
  evaluate: (input) => [evaluate(input)],
  keeps: ({ views: { timeline }, settings: given, now }) => factsOfLosses(timeline.facts, given, now),
});

function evaluate(input: Input): Verdict {
  const {
    views: { timeline },
    now,
  } = input;
  if (!timeline.facts.some(isToldChange)) {
    return timeline.facts.some(({ kind }) => kind === 'licences-changed')
      ? { kind: 'unknown', reason: 'the records of the change of licences are not complete', qualifiers: {} }
      : { kind: 'clear', reason: 'no change of licences of this user is known' };
  }
  const missing = missingLicences(timeline.facts, input.settings.ignoredProducts);
  if (missing.deletion !== undefined) return gone(missing.deletion, input.settings);
  const until = (at: string): string | undefined =>
    heldBackUntil(timeline.facts, at, input.settings.graceHours, now);
  const due: MissingLicences = {
    products: missing.products.filter(({ lostBy }) => until(lostBy.fact.at) === undefined),
    plans: missing.plans.filter(({ lostBy }) => until(lostBy.fact.at) === undefined),
  };
  const serious = mostSerious(due, heldLicences(timeline) ?? [], isFreed(timeline.facts));
  if (serious !== undefined) return firing(due, serious, input);
  const waiting = latestLoss(missing);
  const again = waiting === undefined ? undefined : until(waiting.fact.at);
  return again === undefined
    ? {
        kind: 'clear',
        reason: 'the user has everything that was ever taken away and that the settings do not leave out',
        qualifiers: {},
      }
    : {
        kind: 'clear',
        reason: 'the loss falls into the period of grace after the account was created or came back',
        qualifiers: {},
        lookAgainAt: again,
      };
}

function gone(
  { at, lastLossAt }: NonNullable<MissingLicences['deletion']>,
  { offBoardingHours }: Settings,
): Verdict {
  const near = lastLossAt !== undefined && isWithin(offBoardingHours, lastLossAt, at);
  return {
    kind: 'clear',
    reason: 'the user was deleted',
    qualifiers: {},
    ...(near ? { severity: 'low' as const } : {}),
  };
}

/** `serious` is the loss that the alert explains: somebody who took a free product must not stand for who took the mailbox. */
function firing(missing: MissingLicences, serious: LossFact, input: Input): Firing {
  const {
    subject,
    views: { timeline },
    now,
  } = input;
  const held = heldLicences(timeline) ?? [];
  const cause = explainLicenceLoss(stillMissing(missing, serious), timeline, timeline.coverage, now);
  const losses = lossesIn(missing);
  const first = (losses[0] ?? serious).fact;
  const products = missing.products.map(({ licence }) => licence.name);
  const plans = missing.plans.map(({ plan }) => ({ id: plan.id, name: plan.name, product: plan.product }));
  const converted = freeingConversion(timeline.facts);
  const families = familiesMissing(missing, held, converted !== undefined);
  const freed = mailboxLoss(missing, held) === undefined ? undefined : converted;
  const mailboxLostAt = converted === undefined ? mailboxLoss(missing, held) : undefined;
  const due =
    mailboxLostAt === undefined
      ? undefined
      : minutesAfter(mailboxLostAt, input.settings.mailboxKeptDays * 24 * 60);
  const what = listed([...products, ...plans.map(({ name, product }) => `${name} (in ${product})`)]);
  const who = subject.name;
  const severity = severityOf(missing, held, input);
  return {
    kind: 'firing',
    reason: `missing: ${what}`,
    qualifiers: {},
    severity,
    title: `${who} lost ${what}`,
    summary: [
      `Since ${writtenMoment(first.at)} ${who} is without ${what}.`,
      families.length === 0
        ? ''
        : `No other product of this user gives ${listed(families, families.length)}.`,
      held.length === 0 ? 'No licence is left.' : `Left: ${listed(held.map(({ name }) => name))}.`,
      due === undefined
        ? ''
        : `The mailbox goes offline now, and its data is deleted after ${writtenMoment(due)}.`,
      freedMailboxText(freed),
      otherLosses(missing, losses, serious),
      severity === 'low'
        ? offBoardingText(timeline.facts, serious.fact.at, input.settings.offBoardingHours)
        : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    happenedAt: first.at,
    ...(due === undefined ? {} : { due }),
    cause,
    ...(cause.actor === undefined ? {} : { actor: cause.actor }),
    ...(cause.via === undefined ? {} : { via: cause.via }),
    extent: [
      ...missing.products.map(({ licence }) => licence.skuId),
      ...missing.plans.map(({ plan }) => `${plan.skuId}/${plan.id}`),
    ].sort(),
    details: detailsOf(missing, first, held, families),
    facts: {
      products,
      plans,
      families,
      before: first.before ?? [],
      after: held,
      losses: losses.map((loss) => toldLoss(missing, loss)),
      ...(freed === undefined ? {} : { mailbox: { kind: freed.mailbox, since: freed.at } }),
      ...(cause.via === undefined ? {} : { via: cause.via }),
    },
    evidence: together(
      cause.evidence,
      evidenceOf(timeline, [...losses.map(({ fact }) => fact), ...(freed === undefined ? [] : [freed])]),
    ),
    runbook: remedyOfLosses(missing, { serious, cause }, timeline, (loss) =>
      explainLicenceLoss(stillMissing(missing, loss), timeline, timeline.coverage, now),
    ),
  };
}

function detailsOf(
  { products, plans }: MissingLicences,
  { before = [] }: LossFact['fact'],
  held: readonly Licence[],
  families: readonly string[],
): Detail[] {
  const lost = [
    ...products.map(({ licence }) => licence.name),
    ...plans.map(({ plan }) => `${plan.name} in ${plan.product}`),
  ];
  return [
    { label: 'Licences', value: lost, weight: 4 },
    ...(families.length === 0 ? [] : [{ label: 'Without', value: [...families], weight: 3 }]),
    { label: 'Licences before', value: namesOr(before, 'none'), weight: 2 },
    { label: 'Licences after', value: namesOr(held, 'none'), weight: 2 },
  ];
}

function namesOr(licences: readonly Licence[], none: string): string[] {
  return licences.length === 0 ? [none] : licences.map(withoutPlans);
}

/** `Office 365 E3 (without Microsoft Teams)`. */
function withoutPlans({ name, disabledPlans }: Licence): string {
  return disabledPlans.length === 0
    ? name
    : `${name} (without ${disabledPlans.map((plan) => plan.name).join(', ')})`;
}

/** The one that took the mailbox, else one of what is paid for, else most products, else the last. */
function mostSerious(
  missing: MissingLicences,
  held: readonly Licence[],
  freed: boolean,
): LossFact | undefined {
  const takesMailbox = (part: MissingLicences): number =>
    Number(!freed && mailboxLoss(part, held) !== undefined);
  return lossesIn(missing)
    .map((loss) => ({ loss, part: partOf(missing, loss) }))
    .sort(
      (left, right) =>
        takesMailbox(right.part) - takesMailbox(left.part) ||
        Number(isOnlyFree(left.part)) - Number(isOnlyFree(right.part)) ||
        right.part.products.length - left.part.products.length ||
        compareText(right.loss.fact.at, left.loss.fact.at),
    )[0]?.loss;
}

/** One loss without what has come back since. A plan that went with its product is explained by the product's going. */
function stillMissing({ products, plans }: MissingLicences, { fact, loss }: LossFact): LicenceLoss {
  const ofThisLoss = plans.filter(({ lostBy }) => lostBy.fact === fact).map(({ plan }) => plan);
  const missing = new Set([
    ...products.filter(({ lostBy }) => lostBy.fact === fact).map(({ licence }) => licence.skuId),
    ...ofThisLoss.map(({ skuId }) => skuId),
  ]);
  const whole = loss.products.filter(({ skuId }) => missing.has(skuId));
  return {
    at: fact.at,
    products: whole,
    plans: ofThisLoss.filter((plan) => !whole.some(({ skuId }) => skuId === plan.skuId)),
  };
}

/** A mailbox that needs no licence is still there. */
function familiesMissing(
  { products, plans }: MissingLicences,
  held: readonly Licence[],
  freed: boolean,
): string[] {
  const left = new Set(held.flatMap((licence) => [...enabledFamilies(licence)]));
  const lost = new Set([
    ...products.flatMap(({ licence }) => [...enabledFamilies(licence)]),
    ...plans.flatMap(({ plan }) => familyOfPlan(plan.id) ?? []),
  ]);
  return [...lost].filter((family) => !left.has(family) && !(freed && family === 'mailbox')).map(familyName);
}

/** When the last mailbox plan went, unless the user has one from any product. */
function mailboxLoss({ products, plans }: MissingLicences, held: readonly Licence[]): string | undefined {
  const hasMailbox = (licence: Licence): boolean =>
    enabledPlans(licence).some(({ id }) => carriesMailbox(id));
  if (held.some(hasMailbox)) return undefined;
  return [
    ...products.filter(({ licence }) => hasMailbox(licence)),
    ...plans.filter(({ plan }) => carriesMailbox(plan.id)),
  ]
    .map(({ lostBy }) => lostBy.fact.at)
    .sort()
    .at(-1);
}

/** Each loss is judged on its own and the worst counts: a later clean-up makes an earlier loss neither better nor worse. */
function severityOf(
  missing: MissingLicences,
  held: readonly Licence[],
  { views: { timeline }, settings: { offBoardingHours, ignoredProducts } }: Input,
): Severity {
  const { facts } = timeline;
  const freed = isFreed(facts);
  // Who is left with what nobody counts has lost his last product all the same.
  const isNothing = (licences: readonly Licence[] | undefined): boolean =>
    licences?.every(({ skuId }) => isFree(skuId) || isIgnored(skuId, ignoredProducts)) === true;
  let worst: Severity = 'low';
  let leaving = false;
  for (const loss of lossesIn(missing)) {
    const { at, after } = loss.fact;
    // What goes later from an account that is still switched off belongs to the same leaving.
    leaving = isOffBoarding(facts, at, offBoardingHours) || (leaving && isSwitchedOff(facts, at));
    if (leaving) continue;
    const part = partOf(missing, loss);
    if (isOnlyFree(part)) continue;
    const lastWent = isNothing(held) && isNothing(after) && part.products.length > 0;
    // Nobody signs in to a mailbox that needs no licence: that the last one went is no more than any other.
    if (!freed && (lastWent || mailboxLoss(part, held) !== undefined)) return 'high';
    worst = 'medium';
  }
  return worst;
}

function isOnlyFree({ products, plans }: MissingLicences): boolean {
  return (
    products.every(({ licence }) => isFree(licence.skuId)) && plans.every(({ plan }) => isFree(plan.skuId))
  );
}

function isFreed(facts: readonly Fact[]): boolean {
  return freeingConversion(facts) !== undefined;
}

function together(left: readonly Evidence[], right: readonly Evidence[]): Evidence[] {
  const distinct = new Map([...right, ...left].map((evidence) => [JSON.stringify(evidence), evidence]));
  return [...distinct]
    .sort(([one, { at }], [other, { at: otherAt }]) => compareText(at, otherAt) || compareText(one, other))
    .map(([, evidence]) => evidence);
}
