import { z } from 'zod';
import { defineRule, type Firing, type RuleInput, type Severity, type Verdict } from '../../evaluate/rule.ts';
import {
  carriesMailbox,
  enabledFamilies,
  enabledPlans,
  familyName,
  familyOfPlan,
} from '../../products/products.ts';
import { explainLicenceLoss } from '../../timeline/cause.ts';
import { evidenceOf } from '../../timeline/evidence.ts';
import type { Evidence, LicenceLoss } from '../../timeline/explanation.ts';
import type { Licence, Timeline } from '../../timeline/fact.ts';
import { heldLicences, type LossFact } from '../../timeline/losses.ts';
import { compareText } from '../../timeline/order.ts';
import { minutesAfter, writtenMoment } from '../../timeline/moments.ts';
import { assignLicences, quoted, showLicences } from '../graph-powershell.ts';
import { heldBackUntil } from '../grace.ts';
import {
  isToldChange,
  latestLoss,
  lossesIn,
  type MissingLicences,
  missingLicences,
  partOf,
} from '../missing-licences.ts';
import { listed, nameOf } from '../naming.ts';
import { isOffBoarding, isSwitchedOff, isWithin } from '../off-boarding.ts';
import { otherLosses, toldLoss } from '../several-losses.ts';

const settings = z.object({
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

export const rule = defineRule({
  id: 'licence/licence-lost',
  title: 'Licence lost',
  severity: 'medium',
  subject: 'user',
  needs: ['audit'],
  settings,
  runbook: [
    'Read who took it away and whether it was meant: in the audit log, "Change user license" of this user at the time of the loss, fields initiatedBy and AssignedLicense (old and new value).',
    'Give it back before the mailbox data is deleted, 30 days after the loss: where the licence came from a group, put the user back into the group; else admin.microsoft.com > Users > Active users > the user > Licenses and apps, or Set-MgUserLicense.',
    'Check after 15 minutes that LicenseAssignmentStates shows every product with State Active and no Error.',
  ],
  reference: 'https://learn.microsoft.com/en-us/microsoft-365/admin/manage/remove-licenses-from-users',
  knownGaps: [
    'A change that neither log has recorded is not seen (automatic claims, some portals).',
    'A change whose record has not arrived in full is neither a loss nor a return until it has.',
    'A lapsed subscription takes licences away without a record of the user.',
    'Delayed delicensing cannot be read: where it is on, the mailbox stays for 30 days more than is said here.',
  ],
  evaluate: (input) => [evaluate(input)],
});

function evaluate(input: RuleInput<Settings>): Verdict {
  const { timeline, now } = input;
  if (!timeline.facts.some(isToldChange)) {
    return timeline.facts.some(({ kind }) => kind === 'licences-changed')
      ? { kind: 'unknown', reason: 'the records of the change of licences are not complete', qualifiers: {} }
      : { kind: 'clear', reason: 'no change of licences of this user is known' };
  }
  const missing = missingLicences(timeline.facts);
  if (missing.deletion !== undefined) return gone(missing.deletion, input.settings);
  const until = (at: string): string | undefined =>
    heldBackUntil(timeline.facts, at, input.settings.graceHours, now);
  const due: MissingLicences = {
    products: missing.products.filter(({ lostBy }) => until(lostBy.fact.at) === undefined),
    plans: missing.plans.filter(({ lostBy }) => until(lostBy.fact.at) === undefined),
  };
  const serious = mostSerious(due, heldLicences(timeline) ?? []);
  if (serious !== undefined) return firing(due, serious, input);
  const waiting = latestLoss(missing);
  const again = waiting === undefined ? undefined : until(waiting.fact.at);
  return again === undefined
    ? { kind: 'clear', reason: 'the user has everything that was ever taken away', qualifiers: {} }
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
function firing(missing: MissingLicences, serious: LossFact, input: RuleInput<Settings>): Firing {
  const { timeline, coverage, now } = input;
  const held = heldLicences(timeline) ?? [];
  const cause = explainLicenceLoss(stillMissing(missing, serious), timeline, coverage, now);
  const losses = lossesIn(missing);
  const first = (losses[0] ?? serious).fact;
  const products = missing.products.map(({ licence }) => licence.name);
  const plans = missing.plans.map(({ plan }) => ({ id: plan.id, name: plan.name, product: plan.product }));
  const families = familiesMissing(missing, held);
  const mailboxLostAt = mailboxLoss(missing, held);
  const due =
    mailboxLostAt === undefined
      ? undefined
      : minutesAfter(mailboxLostAt, input.settings.mailboxKeptDays * 24 * 60);
  const what = listed([...products, ...plans.map(({ name, product }) => `${name} (in ${product})`)]);
  const who = nameOf(timeline.subject);
  return {
    kind: 'firing',
    reason: `missing: ${what}`,
    qualifiers: {},
    severity: severityOf(missing, held, input),
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
      otherLosses(missing, losses, serious),
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
    facts: {
      products,
      plans,
      families,
      before: first.before ?? [],
      after: held,
      losses: losses.map((loss) => toldLoss(missing, loss)),
      ...(cause.via === undefined ? {} : { via: cause.via }),
    },
    evidence: together(
      cause.evidence,
      evidenceOf(
        timeline,
        losses.map(({ fact }) => fact),
      ),
    ),
    runbook: runbookFor(missing, cause.group, serious.fact, due, held, timeline),
  };
}

/** The one that took the mailbox, else most products, else the last. */
function mostSerious(missing: MissingLicences, held: readonly Licence[]): LossFact | undefined {
  return lossesIn(missing)
    .map((loss) => ({ loss, part: partOf(missing, loss) }))
    .sort(
      (left, right) =>
        Number(mailboxLoss(right.part, held) !== undefined) -
          Number(mailboxLoss(left.part, held) !== undefined) ||
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

function familiesMissing({ products, plans }: MissingLicences, held: readonly Licence[]): string[] {
  const left = new Set(held.flatMap((licence) => [...enabledFamilies(licence)]));
  const lost = new Set([
    ...products.flatMap(({ licence }) => [...enabledFamilies(licence)]),
    ...plans.flatMap(({ plan }) => familyOfPlan(plan.id) ?? []),
  ]);
  return [...lost].filter((family) => !left.has(family)).map(familyName);
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
  { timeline: { facts }, settings: { offBoardingHours } }: RuleInput<Settings>,
): Severity {
  let worst: Severity = 'low';
  let leaving = false;
  for (const loss of lossesIn(missing)) {
    const { at, after } = loss.fact;
    // What goes later from an account that is still switched off belongs to the same leaving.
    leaving = isOffBoarding(facts, at, offBoardingHours) || (leaving && isSwitchedOff(facts, at));
    if (leaving) continue;
    const part = partOf(missing, loss);
    const lastWent = held.length === 0 && after?.length === 0 && part.products.length > 0;
    if (lastWent || mailboxLoss(part, held) !== undefined) return 'high';
    worst = 'medium';
  }
  return worst;
}

function together(left: readonly Evidence[], right: readonly Evidence[]): Evidence[] {
  const byRecord = new Map(
    [...right, ...left].map((evidence) => [`${evidence.log} ${evidence.record}`, evidence]),
  );
  return [...byRecord.values()].sort((one, other) =>
    `${one.at} ${one.record}` < `${other.at} ${other.record}` ? -1 : 1,
  );
}

function runbookFor(
  missing: MissingLicences,
  group: { id: string; name?: string } | undefined,
  fact: { at: string },
  due: string | undefined,
  held: readonly Licence[],
  { subject }: Timeline,
): string[] {
  const who = nameOf(subject);
  const [from, to] = [minutesAfter(fact.at, -10), minutesAfter(fact.at, 10)];
  const filter = `activityDateTime ge ${from} and activityDateTime le ${to}`;
  const by = due === undefined ? '' : ` before ${writtenMoment(due)}`;
  const back =
    group === undefined
      ? `in admin.microsoft.com > Users > Active users > ${who} > Licenses and apps, or with Graph PowerShell: ${assignLicences(subject.id, wanted(missing, held))}`
      : `if the group ${group.name ?? group.id} is to give it, with Graph PowerShell: New-MgGroupMember -GroupId ${quoted(group.id)} -DirectoryObjectId ${quoted(subject.id)}; else in admin.microsoft.com > Users > Active users > ${who} > Licenses and apps`;
  return [
    `Read in the audit log who did it and ask whether it was meant: Get-MgAuditLogDirectoryAudit -Filter ${quoted(filter)}, fields ActivityDisplayName, InitiatedBy and TargetResources (AssignedLicense, old and new value).`,
    `If it was not meant, give it back${by}: ${back}.`,
    `After 15 minutes check that every product has State Active and no Error: ${showLicences(subject.id)}. This alert then closes itself.`,
  ];
}

/** The missing products as they were, and the products that stayed without what is switched off in them now. */
function wanted({ products, plans }: MissingLicences, held: readonly Licence[]): Licence[] {
  const stayed = held
    .map((licence) => ({
      ...licence,
      disabledPlans: licence.disabledPlans.filter(
        ({ id }) => !plans.some(({ plan }) => plan.skuId === licence.skuId && plan.id === id),
      ),
    }))
    .filter(({ skuId }) => plans.some(({ plan }) => plan.skuId === skuId));
  return [...products.map(({ licence }) => licence), ...stayed];
}
