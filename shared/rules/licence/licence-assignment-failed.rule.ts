import { z } from 'zod';
import { defineRule, type RuleInput } from '../rule.ts';
import type { Detail, Firing, Verdict } from '../verdict.ts';
import { isFree, isIgnored, productSettings } from '../../products/ignored-products.ts';
import { explainLicenceLoss } from '../../cause/cause.ts';
import { evidenceOf } from '../../cause/evidence.ts';
import type { Fact, FactOf } from '../../timeline/fact.ts';
import { freeingConversion, lastConversion } from '../../timeline/mailbox-kind.ts';
import { licenceDifference } from '../../timeline/licences.ts';
import { writtenMoment } from '../../time/moments.ts';
import { beginsAccount, heldBackUntil } from './grace.ts';
import { remedyOfFailure } from './remedies.ts';

type Failure = FactOf<'licence-assignment-failed'>;

const settings = z.object({
  ...productSettings,
  /**
   * For so long after an account was created, restored or enabled a failure is waited for to be tried again. None by default: who
   * sets up accounts by a script that repeats itself knows how long that takes.
   */
  graceHours: z.number().min(0).default(0),
});
type Input = RuleInput<z.infer<typeof settings>, 'timeline'>;

/** Stands for the product where the record names none; part of the alert's id. */
const unknownProduct = 'unknown';

export const rule = defineRule({
  id: 'licence/licence-assignment-failed',
  title: 'Licence assignment failed',
  severity: 'high',
  subject: 'user',
  doer: true,
  needs: ['timeline'],
  settings,
  runbook: [
    'Read why it failed: in the audit log, "Change user license" of this user at the time of the failure, fields result, resultReason and initiatedBy; then look for free units (Get-MgSubscribedSku, PrepaidUnits.Enabled less ConsumedUnits) and for the UsageLocation of the user.',
    'Put the reason right and assign the product again: admin.microsoft.com > Users > Active users > the user > Licenses and apps, or Set-MgUserLicense. After a mailbox move this must be done within 30 days of the end of the move.',
    'Check after 15 minutes that LicenseAssignmentStates shows the product with State Active and no Error.',
  ],
  reference: 'https://learn.microsoft.com/en-us/entra/identity/users/licensing-groups-resolve-problems',
  knownGaps: [
    'A failure that neither log has recorded is not seen.',
    'Some records name no product: then any product that comes later ends the alert.',
    'That the product is no longer wanted cannot be read from the logs: acknowledge the alert.',
    'Errors of group licensing are not written as failed assignments of the user.',
  ],
  keeps,
  evaluate: (input) => {
    const { timeline } = input.views;
    const failures = timeline.facts.filter((fact) => fact.kind === 'licence-assignment-failed');
    if (failures.length === 0) return [{ kind: 'clear', reason: 'no assignment of a licence has failed' }];
    const told = failures.filter(({ complete }) => complete);
    if (told.length === 0)
      return [{ kind: 'unknown', reason: 'the records of the failure are not complete' }];
    const products = new Set([...told.map(productOf), unknownProduct]);
    return [...products].map((product) =>
      judge(
        product,
        told.filter((failure) => productOf(failure) === product),
        input,
      ),
    );
  },
});

/**
 * Of each product its first failure, for it is spoken of ever after; the first and the last that are still open; what made them good or
 * what made good those before; and the last time before the open ones that the account came to be. A failure that is neither first nor last of
 * those open says nothing more.
 */
function keeps({ views: { timeline } }: Input): Fact[] {
  const { facts } = timeline;
  const failures = facts.filter((fact) => fact.kind === 'licence-assignment-failed');
  const told = failures.filter(({ complete }) => complete);
  const kept = new Set<Fact | undefined>([
    told.length === 0 ? failures[0] : undefined,
    facts.findLast(beginsAccount),
    lastConversion(facts),
  ]);
  for (const product of new Set(told.map(productOf))) {
    const ofProduct = told.filter((failure) => productOf(failure) === product);
    const last = ofProduct.at(-1);
    const open = sinceLastMadeGood(ofProduct, facts, product);
    const [first] = open;
    kept.add(ofProduct[0]).add(last).add(first);
    kept.add(facts.findLast((fact) => makesGood(fact, product)));
    if (first === undefined) {
      kept.add(
        facts
          .slice(last === undefined ? 0 : facts.indexOf(last) + 1)
          .find((fact) => makesGood(fact, product)),
      );
    } else {
      kept.add(facts.findLast((fact) => fact.at <= first.at && beginsAccount(fact)));
    }
  }
  return facts.filter((fact) => kept.has(fact));
}

/**
 * Also asked about the unknown product when every failure names one: it may have been named only later, and then the alert about
 * the unknown one is over.
 */
function judge(product: string, failures: readonly Failure[], input: Input): Verdict {
  const {
    views: { timeline },
    settings: { graceHours, ignoredProducts },
    now,
  } = input;
  const qualifiers = { skuId: product };
  if (isIgnored(product, ignoredProducts))
    return { kind: 'clear', reason: 'the settings leave this product out', qualifiers };
  const [last] = failures.slice(-1);
  if (last === undefined)
    return { kind: 'clear', reason: 'every failed assignment names its product', qualifiers };
  const madeGoodBy = timeline.facts
    .slice(timeline.facts.indexOf(last) + 1)
    .find((fact) => makesGood(fact, product));
  if (madeGoodBy !== undefined) {
    const reason =
      madeGoodBy.kind === 'user-deleted' ? 'the user was deleted' : 'the product was assigned after all';
    return { kind: 'clear', reason, qualifiers };
  }
  const first = sinceLastMadeGood(failures, timeline.facts, product)[0] ?? last;
  const again = heldBackUntil(timeline.facts, first.at, graceHours, now);
  return again === undefined
    ? firing(product, first, last, input)
    : {
        kind: 'clear',
        reason: 'the failure falls into the period of grace after the account was created or came back',
        qualifiers,
        lookAgainAt: again,
      };
}

function makesGood(fact: Fact, product: string): boolean {
  if (fact.kind === 'user-deleted') return true;
  if (fact.kind !== 'licences-changed' || !fact.complete || fact.after === undefined) return false;
  return product === unknownProduct
    ? licenceDifference(fact.before ?? [], fact.after).addedProducts.length > 0
    : fact.after.some(({ skuId }) => skuId === product);
}

function sinceLastMadeGood(failures: readonly Failure[], facts: readonly Fact[], product: string): Failure[] {
  const later = new Set(facts.slice(facts.findLastIndex((fact) => makesGood(fact, product)) + 1));
  return failures.filter((failure) => later.has(failure));
}

function firing(
  product: string,
  first: Failure,
  last: Failure,
  { subject, views: { timeline }, now }: Input,
): Firing {
  const who = subject.name;
  const name = first.sku?.name;
  const what = name ?? 'a licence';
  const cause = explainLicenceLoss(undefined, { ...timeline, facts: [first] }, timeline.coverage, now);
  const { actor, via } = cause;
  const { reason } = first;
  return {
    kind: 'firing',
    reason: `the assignment of ${what} failed and nothing has come since`,
    qualifiers: { skuId: product },
    severity: isFree(product) ? 'low' : 'high',
    title: `${who} did not get ${what}: the assignment failed`,
    summary: `The assignment of ${what} to ${who} failed on ${writtenMoment(first.at)}${
      last === first ? '' : `, and again since, last on ${writtenMoment(last.at)}`
    }. Nothing was removed, so nothing else will tell of it${
      freeingConversion(timeline.facts) === undefined
        ? '; a mailbox that was moved is disconnected 30 days after the move'
        : ''
    }.`,
    happenedAt: first.at,
    cause,
    ...(actor === undefined ? {} : { actor }),
    ...(via === undefined ? {} : { via }),
    extent: [product],
    details: detailsOf(first, last),
    facts: {
      ...(name === undefined ? {} : { product: name }),
      skuId: product,
      ...(reason === undefined ? {} : { reason }),
      ...(via === undefined ? {} : { via }),
      lastFailureAt: last.at,
    },
    evidence: evidenceOf(timeline, [first, last]),
    runbook: remedyOfFailure(cause, first, { id: subject.id, name: who }),
  };
}

function detailsOf(first: Failure, last: Failure): Detail[] {
  const { sku, reason } = first;
  return [
    ...(sku === undefined ? [] : [{ label: 'Licence', value: sku.name, weight: 3 }]),
    ...(reason === undefined ? [] : [{ label: 'Reason given', value: reason, weight: 2 }]),
    ...(last === first ? [] : [{ label: 'Failed last', value: writtenMoment(last.at), weight: 1 }]),
  ];
}

function productOf({ sku }: Failure): string {
  return sku?.skuId ?? unknownProduct;
}
