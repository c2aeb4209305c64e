import { z } from 'zod';
import { defineRule, type Firing, type RuleInput, type Verdict } from '../../evaluate/rule.ts';
import { explainLicenceLoss } from '../../timeline/cause.ts';
import { evidenceOf } from '../../timeline/evidence.ts';
import type { Fact, FactOf } from '../../timeline/fact.ts';
import { licenceDifference } from '../../timeline/licences.ts';
import { minutesAfter, writtenMoment } from '../../timeline/moments.ts';
import { heldBackUntil } from '../grace.ts';
import { assignLicences, quoted, skuIdExpression } from '../graph-powershell.ts';
import { nameOf } from '../naming.ts';

type Failure = FactOf<'licence-assignment-failed'>;

const settings = z.object({
  /**
   * For so long after an account was created, restored or enabled a failure is waited for to be tried again. None by default: who
   * sets up accounts by a script that repeats itself knows how long that takes.
   */
  graceHours: z.number().min(0).default(0),
});
type Settings = z.infer<typeof settings>;

/** Stands for the product where the record names none; part of the alert's id. */
const unknownProduct = 'unknown';

export const rule = defineRule({
  id: 'licence/licence-assignment-failed',
  title: 'Licence assignment failed',
  severity: 'high',
  subject: 'user',
  needs: ['audit'],
  settings,
  runbook: [
    'Read why it failed: in the audit log, "Change user license" of this user at the time of the failure, fields result, resultReason and initiatedBy; then look for free units (Get-MgSubscribedSku, PrepaidUnits.Enabled less ConsumedUnits) and for the UsageLocation of the user.',
    'Put the reason right and assign the product again: admin.microsoft.com > Users > Active users > the user > Licenses and apps, or Set-MgUserLicense. After a mailbox move this must be done within 30 days of the end of the move.',
    'Check after 15 minutes that LicenseAssignmentStates shows the product with State Active and no Error.',
  ],
  reference: 'https://learn.microsoft.com/en-us/entra/identity/users/licensing-groups-resolve-problems',
  knownGaps: [
    'A failure that neither log has recorded is not seen.',
    'Some records name no product: then any product that comes later settles the alert.',
    'That the product is no longer wanted cannot be read from the logs: acknowledge the alert.',
    'Errors of group licensing are not written as failed assignments of the user.',
  ],
  evaluate: ({ timeline, ...input }) => {
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
        { timeline, ...input },
      ),
    );
  },
});

/**
 * Also asked about the unknown product when every failure names one: it may have been named only later, and then the alert about
 * the unknown one is over.
 */
function judge(product: string, failures: readonly Failure[], input: RuleInput<Settings>): Verdict {
  const {
    timeline,
    settings: { graceHours },
    now,
  } = input;
  const qualifiers = { skuId: product };
  const [last] = failures.slice(-1);
  if (last === undefined)
    return { kind: 'clear', reason: 'every failed assignment names its product', qualifiers };
  const settledBy = timeline.facts
    .slice(timeline.facts.indexOf(last) + 1)
    .find((fact) => settles(fact, product));
  if (settledBy !== undefined) {
    const reason =
      settledBy.kind === 'user-deleted' ? 'the user was deleted' : 'the product was assigned after all';
    return { kind: 'clear', reason, qualifiers };
  }
  const open = sinceLastSettled(failures, timeline.facts, product);
  const first = open[0] ?? last;
  const again = heldBackUntil(timeline.facts, first.at, graceHours, now);
  return again === undefined
    ? firing(product, open, first, input)
    : {
        kind: 'clear',
        reason: 'the failure falls into the period of grace after the account was created or came back',
        qualifiers,
        lookAgainAt: again,
      };
}

function settles(fact: Fact, product: string): boolean {
  if (fact.kind === 'user-deleted') return true;
  if (fact.kind !== 'licences-changed' || !fact.complete || fact.after === undefined) return false;
  return product === unknownProduct
    ? licenceDifference(fact.before ?? [], fact.after).addedProducts.length > 0
    : fact.after.some(({ skuId }) => skuId === product);
}

function sinceLastSettled(failures: readonly Failure[], facts: readonly Fact[], product: string): Failure[] {
  const settled = facts.findLastIndex((fact) => settles(fact, product));
  return failures.filter((failure) => facts.indexOf(failure) > settled);
}

function firing(
  product: string,
  failures: readonly Failure[],
  first: Failure,
  { timeline, coverage, now }: RuleInput<Settings>,
): Firing {
  const who = nameOf(timeline.subject);
  const name = first.sku?.name;
  const what = name ?? 'a licence';
  const cause = explainLicenceLoss(undefined, { ...timeline, facts: [first] }, coverage, now);
  const { actor, via } = cause;
  const { reason } = first;
  return {
    kind: 'firing',
    reason: `the assignment of ${what} failed and nothing has come since`,
    qualifiers: { skuId: product },
    severity: 'high',
    title: `${who} did not get ${what}: the assignment failed`,
    summary: `The assignment of ${what} to ${who} failed on ${writtenMoment(first.at)}${
      failures.length > 1 ? `, and again ${times(failures.length - 1)} since` : ''
    }. Nothing was removed, so nothing else will tell of it; a mailbox that was moved is disconnected 30 days after the move.`,
    happenedAt: first.at,
    cause,
    ...(actor === undefined ? {} : { actor }),
    ...(via === undefined ? {} : { via }),
    extent: [product],
    facts: {
      ...(name === undefined ? {} : { product: name }),
      skuId: product,
      ...(reason === undefined ? {} : { reason }),
      ...(via === undefined ? {} : { via }),
      failures: failures.length,
      lastFailureAt: failures.at(-1)?.at ?? first.at,
    },
    evidence: evidenceOf(timeline, failures),
    runbook: runbookFor(first, who, timeline.subject.id),
  };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${String(count)} times`;
}

function runbookFor({ sku, at, reason }: Failure, who: string, userId: string): string[] {
  const [from, to] = [minutesAfter(at, -10), minutesAfter(at, 10)];
  const filter = `activityDateTime ge ${from} and activityDateTime le ${to}`;
  const licence = sku === undefined ? undefined : { ...sku, disabledPlans: [] };
  const units =
    licence === undefined
      ? 'Get-MgSubscribedSku -All'
      : `Get-MgSubscribedSku -All | Where-Object SkuId -eq ${skuIdExpression(licence)}`;
  const portal = `admin.microsoft.com > Users > Active users > ${who} > Licenses and apps`;
  return [
    `Read in the audit log why it failed${reason === undefined ? '' : ` (the record says: ${reason})`}: Get-MgAuditLogDirectoryAudit -Filter ${quoted(filter)}, fields Result, ResultReason, InitiatedBy and TargetResources.`,
    `Look for free units (${units}, PrepaidUnits.Enabled less ConsumedUnits) and for the country (Get-MgUser -UserId ${quoted(userId)} -Property UsageLocation).`,
    `Assign it again: ${portal}${licence === undefined ? '' : `, or ${assignLicences(userId, [licence])}`}. After a mailbox move do it within 30 days of the end of the move. Once the product is there this alert closes itself.`,
  ];
}

function productOf({ sku }: Failure): string {
  return sku?.skuId ?? unknownProduct;
}
