import type { AuditRecord } from '../ingest/audit-record.ts';
import { isWrittenByPropagation, propagationService } from '../ingest/microsoft-services.ts';
import { joinedProperties, readJoinedSlices } from '../ingest/record-details.ts';
import { chained, compareText, groupedBy } from '../text/order.ts';
import { togetherMinutes } from './join-reach.ts';
import { groupOf, userOf } from './subjects.ts';
import type { UserAliases } from './subjects.ts';

/** A record; or one made of the parts of a sequence, with the change that all of them together tell. */
export interface JoinedRecord {
  record: AuditRecord;
  /** What it was made from: the record itself, or the parts in order. */
  parts: readonly AuditRecord[];
  /** False while parts are missing or contradict each other. */
  whole: boolean;
}

type Part = AuditRecord & { slice: NonNullable<AuditRecord['slice']> };

/**
 * Puts changes together again that were too large for one record (FACTS 6.3.3). Parts belong together when log, tenant, subject, id
 * and number of parts are the same and they lie within a few minutes: one too few, or two different texts in one place, and the change stays untold rather than wrong.
 */
export function joinSequences(records: readonly AuditRecord[], aliases: UserAliases): JoinedRecord[] {
  const single = records.filter((record) => !isPart(record));
  const sequences = groupedBy(records.filter(isPart), (part) =>
    JSON.stringify([
      part.log,
      part.tenantId,
      userOf(part, aliases),
      groupOf(part),
      part.slice.id,
      part.slice.of,
    ]),
  );
  return [
    ...single.map((record) => ({ record, parts: [record], whole: true })),
    ...[...sequences.values()]
      .flatMap((parts) => chained(parts, togetherMinutes * 60, togetherMinutes * 60))
      .map(joined),
  ];
}

function isPart(record: AuditRecord): record is Part {
  return record.slice !== undefined;
}

function joined(unordered: readonly Part[]): JoinedRecord {
  const parts = unordered.toSorted(
    (a, b) => a.slice.seq - b.slice.seq || compareText(a.at, b.at) || compareText(a.id, b.id),
  );
  const [first] = parts;
  if (first === undefined) throw new Error('a sequence has at least one part');
  const text = wholeText(parts, first.slice.of);
  const change = text === undefined ? undefined : readJoinedSlices(text);
  const at = parts.map((part) => part.at).reduce((a, b) => (a < b ? a : b));
  return {
    record: { ...first, at, outcome: outcomeOf(parts), change: change ?? first.change },
    parts: withWriter(parts, text),
    whole: change !== undefined,
  };
}

/** Nobody named in any part: the program that wrote the change may stand in what all of them together tell. */
function withWriter(parts: readonly Part[], text: string | undefined): readonly Part[] {
  if (text === undefined || parts.some(({ actor }) => actor !== undefined)) return parts;
  return isWrittenByPropagation(joinedProperties(text) ?? [])
    ? parts.map((part) => ({ ...part, actor: propagationService }))
    : parts;
}

function wholeText(parts: readonly Part[], of: number): string | undefined {
  const texts = new Map<number, string>();
  for (const { slice } of parts) {
    const known = texts.get(slice.seq);
    if (known !== undefined && known !== slice.text) return undefined;
    texts.set(slice.seq, slice.text);
  }
  const inPlace = [...texts.keys()].every((seq) => seq >= 1 && seq <= of);
  return inPlace && texts.size === of ? [...texts.values()].join('') : undefined;
}

/** A failure told by any part is a failure: it must not look like a loss. */
function outcomeOf(parts: readonly Part[]): AuditRecord['outcome'] {
  const outcomes = parts.map(({ outcome }) => outcome);
  if (outcomes.includes('failure')) return 'failure';
  return outcomes.includes('success') ? 'success' : 'unknown';
}
