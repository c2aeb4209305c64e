import type { Actor, AuditRecord } from '../ingest/audit-record.ts';
import { isMicrosoftService, isPropagationService } from '../ingest/microsoft-services.ts';
import type { AccountFact } from './fact.ts';
import { compareText } from '../text/order.ts';

type FactBase = Omit<AccountFact, 'kind'>;

/** What all facts have, from the records that tell one: the same whatever order they come in. At least one record. */
export function factBase(records: readonly AuditRecord[], complete: boolean): FactBase {
  const ordered = records.toSorted(byLogAndTime);
  const actor = ordered.map((record) => record.actor).reduce(clearer, undefined);
  const via = firstTold(ordered, (record) => record.via);
  return {
    at: ordered.map(({ at }) => at).reduce((a, b) => (a < b ? a : b)),
    logs: [...new Set(ordered.map(({ log }) => log))],
    records: [...new Set(ordered.map(({ id }) => id))].sort(compareText),
    ...(actor === undefined ? {} : { actor }),
    ...(via === undefined ? {} : { via }),
    complete,
  };
}

/** The first value that a record tells; Entra's records first, for the unified log often only marks what they tell. */
export function firstTold<T>(
  records: readonly AuditRecord[],
  valueOf: (record: AuditRecord) => T | undefined,
): T | undefined {
  return records
    .toSorted(byLogAndTime)
    .map(valueOf)
    .find((value) => value !== undefined);
}

/** An id without a name hides which service it is: one log may give the name where the other has the id alone. */
function clarityOf(actor: Actor): number {
  if (actor.kind === 'user') return 4;
  if (actor.kind === 'group-licensing') return isPropagationService(actor) ? 2 : 3;
  const isKnown = actor.kind === 'application' ? actor.name !== undefined : isMicrosoftService(actor);
  return isKnown ? 1 : 0;
}

/** A person before the service that he used, then whoever is described better. */
function clearer(known: Actor | undefined, next: Actor | undefined): Actor | undefined {
  if (known === undefined || next === undefined) return known ?? next;
  const more = clarityOf(next) - clarityOf(known) || Object.keys(next).length - Object.keys(known).length;
  return more > 0 ? next : known;
}

/** Logs in the order of their names: entra, unified. */
function byLogAndTime(a: AuditRecord, b: AuditRecord): number {
  return compareText(a.log, b.log) || compareText(a.at, b.at) || compareText(a.id, b.id);
}
