import { rules } from '#rules';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Asked, basisOf } from '../../shared/evaluate/ask.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import { foldedFindings } from '../../shared/evaluate/fold.ts';
import { foldKeyOf, type FoldState, foldStateSchema } from '../../shared/evaluate/fold-state.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import type { TimelineView } from '../../shared/rules/views.ts';
import { cutHolds, cutsOf, thinnedCuts } from '../../shared/timeline/cuts.ts';
import { buildTimeline } from '../../shared/timeline/timeline.ts';
import { alex, contoso } from '../builders/audit-event.ts';
import { assigned, auditRecord, licencesChanged } from '../builders/audit-record.ts';
import { covered } from '../builders/fact.ts';
import { someSettings } from '../builders/random-facts.ts';
import { groupRecordsNear, recordHistory } from '../builders/random-records.ts';
import { plainLives } from './plain-fold.ts';

const subject = { kind: 'user' as const, id: alex.id, name: alex.upn };

function viewOf(
  records: readonly AuditRecord[],
  groups: readonly AuditRecord[],
  held?: string,
): TimelineView {
  return {
    ...buildTimeline(contoso, subject, records, groups, { rows: records.length, names: [alex.upn], held }),
    coverage: covered,
  };
}

function askedOf(rule: Rule, settings: Record<string, unknown>, timeline: TimelineView): Asked {
  const views = { timeline };
  return {
    rule,
    tenantId: contoso,
    subject,
    settings: rule.settings.parse(settings),
    views,
    basis: basisOf(rule, views),
  };
}

/** What stores and queues do with records and states, in memory. */
class Remembering {
  readonly records: AuditRecord[] = [];
  states: FoldState[] = [];
  /** How many times it went on from a state, and how many facts it then had to look at. */
  resumed = 0;
  looked = 0;
  readonly #rule: Rule;
  readonly #settings: Record<string, unknown>;
  readonly #groups: readonly AuditRecord[];
  readonly #least: number;

  constructor(rule: Rule, settings: Record<string, unknown>, groups: readonly AuditRecord[], least: number) {
    this.#rule = rule;
    this.#settings = settings;
    this.#groups = groups;
    this.#least = least;
  }

  arrive(records: readonly AuditRecord[], now: string): Finding[] {
    const isNew = (record: AuditRecord): boolean => !this.records.includes(record);
    const fresh = records.filter(isNew);
    this.states = this.states.filter(({ until }) => fresh.every(({ at }) => cutHolds(until, at)));
    this.records.push(...fresh);
    const start = this.states.at(-1);
    const tail = this.records.filter(({ at }) => at > (start?.until ?? ''));
    const timeline = viewOf(tail, this.#groups, start?.held);
    const cuts = cutsOf(tail, this.#least);
    const asked = askedOf(this.#rule, this.#settings, timeline);
    const folded = foldedFindings(asked, timeline, now, { start, cuts });
    this.resumed += start === undefined ? 0 : 1;
    this.looked = timeline.facts.length;
    const states = [...this.states, ...folded.states.map(readBack)];
    const newest =
      this.records
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? now;
    const kept = thinnedCuts(
      states.map(({ until }) => until),
      newest,
    );
    this.states = states.filter(({ until }) => kept.includes(until));
    return folded.findings;
  }
}

function readBack(state: FoldState): FoldState {
  return foldStateSchema.parse(JSON.parse(JSON.stringify(state)));
}

function lifeOf(finding: Finding): object {
  const { fingerprint, episode, state, reason, firing, openedAt, resolvedAt } = finding;
  return { fingerprint, episode, state, reason, firing, openedAt, resolvedAt };
}

/** Records in the order in which they arrive: mostly soon, now and then much later; some twice. */
const arrivals = recordHistory(50).chain((records) =>
  fc.record({
    records: fc.constant(records),
    delays: fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 12), {
      minLength: records.length,
      maxLength: records.length,
    }),
    again: fc.array(fc.boolean(), { minLength: records.length, maxLength: records.length }),
    batches: fc.integer({ min: 1, max: 12 }),
    waits: fc.array(fc.constantFrom(0, 1, 26, 200, 600), { minLength: 30, maxLength: 30 }),
    groups: groupRecordsNear,
    settings: someSettings,
    least: fc.integer({ min: 1, max: 8 }),
  }),
);

const forgetful = rules.filter((rule) => rule.keeps !== undefined);

describe.each(forgetful.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('finds from what it remembers what it finds in everything, in whatever order and portions that came', () => {
    let resumed = 0;
    fc.assert(
      fc.property(arrivals, ({ records, delays, again, batches, waits, groups, settings, least }) => {
        const memory = new Remembering(rule, settings, groups, least);
        const portion = (index: number): number =>
          Math.floor((index * batches) / records.length) + (delays[index] ?? 0);
        let now = '';
        for (let step = 0; step <= batches + 12; step += 1) {
          const first = records.filter((_record, index) => portion(index) === step);
          const repeated = records.filter((_record, index) => again[index] && portion(index) + 1 === step);
          if (first.length === 0) continue;
          const newest =
            [...memory.records, ...first]
              .map(({ at }) => at)
              .sort()
              .at(-1) ?? now;
          const later = new Date(Date.parse(newest) + (waits[step] ?? 0) * 3_600_000).toISOString();
          now = later > now ? later : now;
          const found = memory.arrive([...first, ...repeated], now);
          const everything = viewOf(memory.records, groups);
          const plain = plainLives(askedOf(rule, settings, everything), everything, now);
          expect(found.map(lifeOf)).toEqual(
            plain.map(({ severity: _severity, ...life }) => expect.objectContaining(life)),
          );
          for (const [index, { severity, firing }] of plain.entries()) {
            expect(found[index]?.severity).toBe(severity ?? firing?.severity ?? rule.severity);
          }
        }
        resumed += memory.resumed;
      }),
      { numRuns: 150 },
    );
    // Else nothing was shown.
    expect(resumed).toBeGreaterThan(150);
  }, 120_000);

  test('looks at a tail and remembers a few kilobytes, however long the history', () => {
    const sets = [
      [],
      [assigned('ENTERPRISEPACK')],
      [assigned('EMS')],
      [assigned('ENTERPRISEPACK', 'TEAMS1')],
    ];
    const toggles = Array.from({ length: 3000 }, (_each, index) =>
      licencesChanged(sets[index % 4] ?? [], sets[(index + 1) % 4] ?? [], {
        at: new Date(Date.UTC(2026, 1, 3) + index * 97_000).toISOString(),
        outcome: index % 7 === 6 ? 'failure' : 'success',
      }),
    );
    const memory = new Remembering(rule, {}, [], 64);
    memory.arrive(toggles.slice(0, -1), '2026-03-01T00:00:00.000Z');
    memory.arrive(toggles.slice(-1), '2026-03-01T00:00:00.000Z');
    expect(memory.resumed).toBe(1);
    expect(memory.looked).toBeLessThan(100);
    expect(memory.states.length).toBeGreaterThan(2);
    expect(Math.max(...memory.states.map((state) => JSON.stringify(state).length))).toBeLessThan(40_000);
  });
});

describe('what a state hangs on', () => {
  const [rule] = forgetful as [Rule];
  const timeline = viewOf([auditRecord({})], []);
  const asked = askedOf(rule, {}, timeline);

  test('is program, rule, settings and subject with his name', () => {
    const keys = [
      foldKeyOf(asked, 'build 1'),
      foldKeyOf(asked, 'build 2'),
      foldKeyOf({ ...asked, settings: { graceHours: 9 } }, 'build 1'),
      foldKeyOf({ ...asked, rule: { ...rule, id: 'licence/other' } }, 'build 1'),
      foldKeyOf({ ...asked, subject: { ...subject, name: 'renamed@contoso.com' } }, 'build 1'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(foldKeyOf({ ...asked }, 'build 1')).toBe(keys[0]);
  });
});
