import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { cutHolds, cutsOf, thinnedCuts } from '../../shared/timeline/cuts.ts';
import { factsFrom, heldAfter } from '../../shared/timeline/facts.ts';
import { joinReachMinutes } from '../../shared/timeline/join-reach.ts';
import { alex } from '../builders/audit-event.ts';
import { assigned, auditRecord, licenceChange, licencesChanged, sequence } from '../builders/audit-record.ts';
import { recordHistory } from '../builders/random-records.ts';

const names = new Map([[alex.upn, alex.id]]);
const minute = (minutes: number): string =>
  new Date(Date.UTC(2026, 1, 3, 9) + minutes * 60_000).toISOString();

/** A record every half hour, for a day. */
const steady = Array.from({ length: 48 }, (_, index) => auditRecord({ at: minute(index * 30) }));

describe('a cut', () => {
  test('parts the facts as it parts the records', () => {
    let cutsSeen = 0;
    fc.assert(
      fc.property(recordHistory(30), (records) => {
        const all = factsFrom(records, names);
        for (const cut of cutsOf(records, 1)) {
          cutsSeen += 1;
          const before = factsFrom(
            records.filter(({ at }) => at <= cut),
            names,
          );
          const after = factsFrom(
            records.filter(({ at }) => at > cut),
            names,
            heldAfter(before),
          );
          expect([...before, ...after]).toEqual(all);
        }
      }),
      { numRuns: 300 },
    );
    expect(cutsSeen).toBeGreaterThan(100);
  });

  test('that holds when a record comes late still has the same facts before it', () => {
    let held = 0;
    fc.assert(
      fc.property(recordHistory(30), fc.nat(), (records, index) => {
        const late = records[index % Math.max(1, records.length)];
        const known = records.filter((record) => record !== late);
        for (const cut of cutsOf(known, 1)) {
          if (late === undefined || !cutHolds(cut, late.at)) continue;
          held += 1;
          const isBefore = ({ at }: { at: string }): boolean => at <= cut;
          expect(factsFrom(records, names).filter(isBefore)).toEqual(
            factsFrom(known.filter(isBefore), names),
          );
          const rest = records.filter((record) => !isBefore(record));
          const before = heldAfter(factsFrom(known.filter(isBefore), names));
          expect(factsFrom(records, names).filter((fact) => !isBefore(fact))).toEqual(
            factsFrom(rest, names, before),
          );
        }
      }),
      { numRuns: 300 },
    );
    expect(held).toBeGreaterThan(50);
  });

  test('lies a quarter of an hour before the newest record, after as many as are asked for', () => {
    expect(cutsOf(steady, 1).at(-1)).toBe(minute(46 * 30));
    expect(cutsOf(steady, 47).at(-1)).toBe(minute(46 * 30));
    expect(cutsOf(steady, 48)).toEqual([]);
    expect(cutsOf([...steady, auditRecord({ at: minute(46 * 30 + 20) })], 1).at(-1)).toBe(minute(46 * 30));
    expect(cutsOf([], 1)).toEqual([]);
  });

  const at = (minutes: number, overrides: Partial<AuditRecord> = {}): AuditRecord =>
    auditRecord({ at: minute(minutes), ...overrides });
  const [part, ...parts] = sequence(licenceChange([], [assigned('EMS')]), 3, { at: minute(0) });
  const joined: [string, AuditRecord[]][] = [
    ['one correlation id', [at(0, { correlationId: 'ONE' }), at(9, { correlationId: 'one' }), at(60)]],
    [
      'one sequence',
      [...(part === undefined ? [] : [part]), ...parts.map((each) => ({ ...each, at: minute(4) })), at(60)],
    ],
    ['one record, read with two times', [at(0, { id: 'same' }), at(3, { id: 'same' }), at(60)]],
    ['one second', [at(0), { ...at(0), at: minute(0).replace('.000Z', '.900Z') }, at(60)]],
  ];
  test.each(joined)('does not go through %s', (_, records) => {
    const last = records.at(-2)?.at;
    expect(cutsOf(records, 1)).toEqual([last]);
  });

  test('goes between what is farther apart than records join, whatever they bear', () => {
    const records = [at(0, { correlationId: 'one' }), at(11, { correlationId: 'one' }), at(60)];
    expect(cutsOf(records, 1)).toContain(minute(0));
  });

  test('no longer holds when a record comes that may join with one before it', () => {
    expect(cutHolds(minute(0), minute(joinReachMinutes))).toBe(false);
    expect(cutHolds(minute(0), minute(joinReachMinutes + 1))).toBe(true);
  });
});

describe('cuts that are kept', () => {
  const daysBefore = (newest: string, cut: string): number =>
    (Date.parse(newest) - Date.parse(cut)) / 86_400_000;

  test('stay few, and some of every age, however often they are thinned', () => {
    let cuts: string[] = [];
    for (let hours = 0; hours < 120 * 24; hours += 3) {
      const newest = minute(hours * 60);
      cuts = thinnedCuts([...cuts, minute(hours * 60 - 15)], newest);
      expect(cuts.length).toBeLessThanOrEqual(8);
      if (hours < 40 * 24) continue;
      const ages = cuts.map((cut) => daysBefore(newest, cut));
      for (const age of [1, 8, 30]) {
        // A record that is so late costs a tail that is longer by no more than the ratio of two neighbours.
        expect(ages.some((each) => each >= age && each <= age * 17)).toBe(true);
      }
    }
  });
});

test('a script that uses one correlation id for days makes one fact of each thing, not one of all', () => {
  const often = Array.from({ length: 20 }, (_, index) => ({
    ...auditRecord({ activity: 'Disable account', correlationId: 'script' }),
    at: minute(index * 7),
  }));
  expect(factsFrom(often)).toHaveLength(20);
  const seconds = Array.from({ length: 200 }, (_, index) =>
    licencesChanged([], [assigned('EMS')], {
      at: new Date(Date.UTC(2026, 1, 3, 9) + index * 9_000).toISOString(),
      correlationId: 'script',
    }),
  );
  const facts = factsFrom(seconds);
  expect(facts).toHaveLength(6);
  expect(facts.map((fact) => fact.at)[1]).toBe(minute(5.1));
});
