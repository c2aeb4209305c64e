import { rules } from '#rules';
import { type Asked, basisOf } from '../shared/evaluate/ask.ts';
import { evaluateRule } from '../shared/evaluate/evaluate-rule.ts';
import { type FoldState, foldStateSchema } from '../shared/evaluate/fold-state.ts';
import type { AuditRecord } from '../shared/ingest/audit-record.ts';
import { cutsOf } from '../shared/timeline/cuts.ts';
import { buildTimeline } from '../shared/timeline/timeline.ts';
import { alex, contoso } from '../test/builders/audit-event.ts';
import { assigned, licencesChanged } from '../test/builders/audit-record.ts';
import { covered } from '../test/builders/fact.ts';

const subject = { kind: 'user' as const, id: alex.id, name: alex.upn };
const forgetful = rules.filter((rule) => rule.subject === 'user' && rule.keeps !== undefined);
const least = 64;

interface Remembered {
  until: string;
  held?: string | undefined;
  /** By rule, as they are stored. */
  states: Record<string, string>;
}

export interface FoldCost {
  /** Milliseconds of one evaluation of everything, with nothing remembered. */
  first: number;
  /** Milliseconds of one evaluation after one more record, with what was remembered; the median of many. */
  next: number;
  /** Characters of what is remembered at the newest cut, of all rules. */
  remembered: number;
}

/** One user whose licences are switched there and back, with failures between, by a script that runs every minute and a half. */
export function toggles(count: number): AuditRecord[] {
  const sets = [
    [],
    [assigned('ENTERPRISEPACK')],
    [assigned('EMS')],
    [assigned('ENTERPRISEPACK', 'TEAMS1'), assigned('EMS')],
  ];
  return Array.from({ length: count }, (_, index) =>
    licencesChanged(sets[index % sets.length] ?? [], sets[(index + 1) % sets.length] ?? [], {
      at: new Date(Date.UTC(2026, 1, 3) + index * 90_000).toISOString(),
      outcome: index % 7 === 6 ? 'failure' : 'success',
    }),
  );
}

/** CPU time of the rules that forget, from records to findings and what is remembered of them. */
export function foldCost(count: number, repetitions = 25): FoldCost {
  const records = toggles(count + 1);
  const [last] = records.splice(-1);
  if (last === undefined) throw new Error('there is no record');
  const before = performance.now();
  const remembered = evaluated(records);
  const first = performance.now() - before;
  if (remembered === undefined) throw new Error(`of ${String(count)} records nothing is remembered`);
  const tail = [...records.filter(({ at }) => at > remembered.until), last];
  const times = Array.from({ length: repetitions }, () => {
    const begun = performance.now();
    evaluated(tail, remembered);
    return performance.now() - begun;
  }).sort((left, right) => left - right);
  return {
    first,
    next: times[Math.floor(repetitions / 2)] ?? 0,
    remembered: Object.values(remembered.states).reduce((sum, { length }) => sum + length, 0),
  };
}

function evaluated(records: readonly AuditRecord[], remembered?: Remembered): Remembered | undefined {
  const timeline = buildTimeline(contoso, subject, records, [], {
    rows: records.length,
    names: [alex.upn],
    held: remembered?.held,
  });
  const cuts = cutsOf(records, least);
  const views = { timeline: { ...timeline, coverage: covered } };
  const newest = new Map<string, FoldState>();
  for (const rule of forgetful) {
    const settings = rule.settings.parse({});
    const asked: Asked = { rule, tenantId: contoso, subject, settings, views, basis: basisOf(rule, views) };
    const state = remembered?.states[rule.id];
    const start = state === undefined ? undefined : foldStateSchema.parse(JSON.parse(state));
    const { findings, states } = evaluateRule(asked, '2026-12-01T00:00:00.000Z', { start, cuts });
    if (findings.length === 0) throw new Error(`${rule.id} found nothing`);
    const last = states.at(-1);
    if (last !== undefined) newest.set(rule.id, last);
  }
  const [any] = newest.values();
  if (any === undefined) return undefined;
  return {
    until: any.until,
    held: any.held,
    states: Object.fromEntries([...newest].map(([id, state]) => [id, JSON.stringify(state)])),
  };
}
