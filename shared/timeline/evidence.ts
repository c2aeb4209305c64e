import type { Evidence } from './explanation.ts';
import type { Fact, Timeline } from './fact.ts';
import { compareText } from './order.ts';

/** The records that tell these facts, each once, in order of time. */
export function evidenceOf(timeline: Timeline, facts: readonly Fact[]): Evidence[] {
  const byRecord = new Map<string, Evidence>();
  for (const fact of facts) {
    const log = fact.logs[0] ?? 'entra';
    for (const record of fact.records) {
      byRecord.set(record, { record, ...(timeline.origins?.get(record) ?? { log, at: fact.at }) });
    }
  }
  return [...byRecord.values()].sort((a, b) => compareText(a.at, b.at) || compareText(a.record, b.record));
}
