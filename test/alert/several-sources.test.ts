import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { alertRowSchema } from '../../shared/alert/alert.ts';
import { applyFinding } from '../../shared/alert/lifecycle.ts';
import { alertView } from '../../shared/alert/view.ts';
import type { Basis } from '../../shared/evaluate/basis.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import { finding, firing } from '../builders/finding.ts';

const now = '2026-02-03T10:00:00.000Z';
const names = ['licences', 'timeline'];

/** A finding of a rule that looks at a timeline of so many rows and a state of that version. */
function seen(versions: Record<string, number>, fires: boolean, overrides: Partial<Finding> = {}): Finding {
  const { episode: _, firing: __, openedAt: ___, ...bare } = finding();
  const basis: Basis = { names, versions };
  return {
    ...bare,
    state: fires ? 'firing' : 'clear',
    ...(fires ? { firing: firing() } : {}),
    basis,
    evaluatedAt: now,
    ...overrides,
  };
}

function stored(from: Finding): StoredAlert {
  const decision = applyFinding(from, undefined, now);
  if (decision.kind !== 'changed') throw new Error('it opens an alert');
  return decision.alert;
}

describe('an alert that was raised from several sources', () => {
  test('raised from a state is not resolved by the log alone, however many records it has', () => {
    const open = stored(seen({ licences: 1_770_000_000_000 }, true));
    const decision = applyFinding(seen({ timeline: 4_000_000 }, false), open, now);
    expect(decision).toMatchObject({ kind: 'ignored', again: false });
  });

  test('hears what the log says although a state has no rows to count', () => {
    const open = stored(seen({ licences: 1_770_000_000_000 }, true, { severity: 'medium' }));
    const worse = seen({ licences: 1_770_000_000_000, timeline: 1 }, true, { severity: 'high' });
    expect(applyFinding(worse, open, now)).toMatchObject({ kind: 'changed', reasons: ['worse'] });
  });

  test('hears every later state, whatever the time of the one before', () => {
    let alert = stored(seen({ licences: 1000 }, true));
    for (const version of [2000, 3000]) {
      const decision = applyFinding(
        seen({ licences: version }, true, { evaluatedAt: new Date(version).toISOString() }),
        alert,
        now,
      );
      expect(decision.kind).toBe('changed');
      if (decision.kind === 'changed') alert = decision.alert;
    }
    expect(alert.basis.versions).toEqual({ licences: 3000 });
  });

  test('asks for another look where a verdict has seen older and newer things at once', () => {
    const open = stored(seen({ licences: 10, timeline: 5 }, true));
    const mixed = seen({ licences: 9, timeline: 6 }, false);
    expect(applyFinding(mixed, open, now)).toMatchObject({ kind: 'ignored', again: true });
    expect(applyFinding(seen({ licences: 9, timeline: 5 }, false), open, now)).toMatchObject({
      kind: 'ignored',
      again: false,
    });
  });

  test('forgets what it has seen of a source that its rule names no more', () => {
    const open = stored(seen({ licences: 10, timeline: 5 }, true));
    const narrower = seen({}, false, { basis: { names: ['timeline'], versions: { timeline: 6 } } });
    const decision = applyFinding(narrower, open, now);
    expect(decision).toMatchObject({
      kind: 'changed',
      alert: { status: 'resolved', basis: { names: ['timeline'], versions: { timeline: 6 } } },
    });
  });

  test('a row of the first version, whose one number says nothing, hears whatever comes', () => {
    const open = alertRowSchema.parse({ ...stored(seen({ timeline: 5 }, true)), basis: 40 }) as StoredAlert;
    expect(open.basis).toEqual({ names: [], versions: {} });
    const decision = applyFinding(seen({ timeline: 1 }, false), { ...open, notices: [] }, now);
    expect(decision).toMatchObject({ kind: 'changed', alert: { status: 'resolved' } });
  });
});

describe('whatever order the verdicts from several sources come in', () => {
  /** Whether the condition holds, by the versions of log and state. */
  const worlds = fc.record({
    rows: fc.integer({ min: 1, max: 5 }),
    reads: fc.integer({ min: 1, max: 5 }),
    holds: fc.array(fc.boolean(), { minLength: 36, maxLength: 36 }),
    /** Evaluations see their own news and of the other source anything up to the newest; the newest of each is seen by somebody. */
    looks: fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })), {
      maxLength: 12,
    }),
    sources: fc.boolean(),
    order: fc.infiniteStream(fc.nat()),
    repeats: fc.infiniteStream(fc.boolean()),
  });

  test('no version falls, and in the end the alert says what is so', () => {
    fc.assert(
      fc.property(worlds, ({ rows, reads, holds, looks, sources, order, repeats }) => {
        const isSo = (row: number, read: number): boolean => holds[row * 6 + read] === true;
        const look = (row: number, read: number, at: number): Finding =>
          seen({ timeline: row, licences: read }, isSo(row, read), {
            evaluatedAt: new Date(Date.parse(now) + at).toISOString(),
          });
        const within = looks.map(([row, read]): [number, number] => [
          Math.min(row, rows),
          Math.min(read, reads),
        ]);
        const last: [number, number][] = sources
          ? [
              [rows, 1],
              [1, reads],
            ]
          : [[rows, reads]];
        let moment = 0;
        const waiting = [...within, ...last].map(([row, read]) => look(row, read, (moment += 1)));
        let alert: StoredAlert | undefined;
        for (let steps = 0; waiting.length > 0; steps += 1) {
          expect(steps).toBeLessThan(500);
          const index = order.next().value % waiting.length;
          const [next] = waiting.splice(index, 1);
          if (next === undefined) break;
          if (repeats.next().value && steps < 50) waiting.push(next);
          const before = alert?.basis.versions ?? {};
          const decision = applyFinding(next, alert, now);
          // Whoever records it has its subject looked at again after the opening, and where nobody has seen all.
          const again =
            decision.kind === 'ignored' ? decision.again : decision.kind === 'changed' && alert === undefined;
          if (decision.kind === 'changed') alert = decision.alert;
          if (again) waiting.push(look(rows, reads, (moment += 1)));
          for (const [source, version] of Object.entries(before)) {
            expect(alert?.basis.versions[source]).toBeGreaterThanOrEqual(version);
          }
        }
        const open = alert !== undefined && alert.status !== 'resolved';
        // Where nothing was ever raised there is no alert to remember what was seen, and nothing to be wrong about.
        if (alert === undefined) return;
        expect(alert.basis.versions).toEqual({ timeline: rows, licences: reads });
        expect(open).toBe(isSo(rows, reads));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a field that a later version adds to the life of an alert', () => {
  const exceptedBy = { owner: 'admin@contoso.com', until: '2026-12-01T00:00:00.000Z' };

  test('outlives the next finding, the end and a new beginning, and nobody lists it', () => {
    let alert = { ...stored(seen({ timeline: 1 }, true)), exceptedBy } as StoredAlert;
    const steps: [number, boolean][] = [
      [2, true],
      [3, false],
      [4, true],
      [5, false],
    ];
    for (const [version, fires] of steps) {
      const decision = applyFinding(seen({ timeline: version }, fires), alert, now);
      if (decision.kind === 'changed') alert = decision.alert;
      expect(alert).toMatchObject({ exceptedBy });
    }
    expect(alertRowSchema.parse(JSON.parse(JSON.stringify(alert)))).toMatchObject({ exceptedBy });
  });

  test('is shown to nobody before somebody says so', () => {
    const alert = { ...stored(seen({ timeline: 1 }, true)), exceptedBy } as StoredAlert;
    expect(alertView(alert, now)).not.toHaveProperty('exceptedBy');
  });
});
