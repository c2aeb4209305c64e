import type { AuditRecord } from '../ingest/audit-record.ts';
import { distinctRecords } from './distinct-records.ts';
import { accountFacts } from './account-facts.ts';
import type { Fact, LicencesChanged } from './fact.ts';
import { groupFacts } from './group-facts.ts';
import { licenceFacts } from './licence-facts.ts';
import { signatureOf } from './licences.ts';
import { compareText, groupedBy } from '../text/order.ts';
import { mailboxFacts } from './mailbox-facts.ts';
import { joinSequences } from './sequences.ts';
import { canonicalUsers } from './subjects.ts';
import type { UserAliases } from './subjects.ts';

/**
 * What the records tell, in order of time: pure, and the same in whatever order and however often they come. Records of which no
 * fact can come are passed over. `known` are names that earlier records have told of,
 * `held` is what the user held before the first of these, as `heldAfter` tells it.
 */
export function factsFrom(
  records: readonly AuditRecord[],
  known: UserAliases = new Map(),
  held?: string,
): Fact[] {
  const byTenant = groupedBy(distinctRecords(records), ({ tenantId }) => tenantId);
  const facts = [...byTenant.values()].flatMap((ofTenant) => factsOfTenant(ofTenant, known));
  return inOrderOfChange(facts.sort(byTimeKindAndRecords), held);
}

/** What the user held after the last change of these; undefined where none tells it. */
export function heldAfter(facts: readonly Fact[]): string | undefined {
  const last = facts.findLast(isChange);
  return last === undefined ? undefined : signatureOf(last.after);
}

function factsOfTenant(records: readonly AuditRecord[], known: UserAliases): Fact[] {
  const aliases = new Map([...canonicalUsers(records), ...known]);
  const joined = joinSequences(records, aliases);
  return [
    ...licenceFacts(joined, aliases),
    ...accountFacts(joined, aliases),
    ...groupFacts(joined, aliases),
    ...mailboxFacts(joined, aliases),
  ];
}

function byTimeKindAndRecords(a: Fact, b: Fact): number {
  return (
    compareText(a.at, b.at) ||
    compareText(a.kind, b.kind) ||
    compareText(a.records.join(), b.records.join()) ||
    compareText(JSON.stringify(a), JSON.stringify(b))
  );
}

type Change = LicencesChanged & Required<Pick<LicencesChanged, 'before' | 'after'>>;

/**
 * The unified log knows no milliseconds, so a script's two changes may stand at one instant: then the one that begins with what the
 * other left comes second. Which licences somebody has at the end hangs on it.
 */
function inOrderOfChange(facts: readonly Fact[], heldBefore: string | undefined): Fact[] {
  const ordered: Fact[] = [];
  let held = heldBefore;
  const waiting: Change[] = [];
  const release = (): void => {
    while (waiting.length > 0) {
      const index = Math.max(0, nextChange(waiting, held));
      for (const change of waiting.splice(index, 1)) {
        held = signatureOf(change.after);
        ordered.push(change);
      }
    }
  };
  for (const fact of facts) {
    if (waiting[0]?.at !== fact.at || !isChange(fact)) release();
    if (isChange(fact)) waiting.push(fact);
    else ordered.push(fact);
  }
  release();
  return ordered;
}

function nextChange(waiting: readonly Change[], held: string | undefined): number {
  const following = waiting.findIndex(({ before }) => signatureOf(before) === held);
  if (following >= 0) return following;
  return waiting.findIndex(
    ({ before }) => !waiting.some(({ after }) => signatureOf(after) === signatureOf(before)),
  );
}

function isChange(fact: Fact): fact is Change {
  return fact.kind === 'licences-changed' && fact.before !== undefined && fact.after !== undefined;
}
