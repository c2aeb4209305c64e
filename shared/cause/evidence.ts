import type { RecordEvidence } from './explanation.ts';
import type { Fact, Timeline } from '../timeline/fact.ts';
import { compareText } from '../text/order.ts';

/** The records that tell these facts, each once, in order of time. */
export function evidenceOf(timeline: Timeline, facts: readonly Fact[]): RecordEvidence[] {
  const byRecord = new Map<string, RecordEvidence>();
  for (const fact of facts) {
    const log = fact.logs[0] ?? 'entra';
    for (const record of fact.records) {
      byRecord.set(record, { record, ...(timeline.origins?.get(record) ?? { log, at: fact.at }) });
    }
  }
  return [...byRecord.values()].sort((a, b) => compareText(a.at, b.at) || compareText(a.record, b.record));
}
