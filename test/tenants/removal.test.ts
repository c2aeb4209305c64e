import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  afterStep,
  mayBeAddedAgain,
  type Removal,
  removalDue,
  removalParts,
  type RemovalStage,
  waitingToRetry,
} from '../../shared/tenants/removal.ts';

const now = '2026-03-01T08:00:00.000Z';
const requested: Removal = { requestedAt: now };
type Deleting = Extract<RemovalStage, { kind: 'delete' }>;

function deleting(removal: Removal): Deleting {
  if (removal.stage?.kind !== 'delete') throw new Error('nothing is being deleted');
  return removal.stage;
}

function begun(at = now): Removal {
  const due = removalDue(requested, at);
  if (due.kind === 'nothing') throw new Error('it does not begin');
  return due.removal;
}

describe('a removal', () => {
  test('begins with what would still be told', () => {
    expect(deleting(begun())).toMatchObject({ round: 1, part: 'notices', attempt: 0 });
  });

  test('goes through all parts, waits out the latest arrival and more, and goes through all again', () => {
    let removal = begun();
    const seen: string[] = [];
    for (;;) {
      const stage = deleting(removal);
      seen.push(`${String(stage.round)} ${stage.part}`);
      const next = afterStep(removal, stage, false, now, 1440);
      if (next === 'over') break;
      if (next.stage?.kind !== 'wait') {
        removal = next;
        continue;
      }
      expect(next.stage.until).toBe('2026-03-02T09:00:00.000Z');
      expect(removalDue(next, '2026-03-02T08:59:59.000Z')).toEqual({ kind: 'nothing' });
      const due = removalDue(next, next.stage.until);
      if (due.kind === 'nothing') throw new Error('it does not go on');
      removal = due.removal;
    }
    const round = (number: number): string[] => removalParts.map((part) => `${String(number)} ${part}`);
    expect(seen).toEqual([...round(1), ...round(2)]);
  });

  test('stays at a part while there is more of it', () => {
    const removal = begun();
    const next = afterStep(removal, deleting(removal), true, now, 1440);
    expect(next).toMatchObject({ stage: { round: 1, part: 'notices' } });
  });

  test('is taken up again only when its message must be lost', () => {
    const removal = begun();
    expect(removalDue(removal, '2026-03-01T08:09:59.000Z')).toEqual({ kind: 'nothing' });
    expect(removalDue(removal, '2026-03-01T08:10:00.000Z').kind).toBe('go-on');
    const patient = waitingToRetry(removal, deleting(removal), 600, now);
    expect(removalDue(patient, '2026-03-01T08:10:00.000Z')).toEqual({ kind: 'nothing' });
    expect(deleting(patient).attempt).toBe(1);
  });

  test('lets a tenant be added again only while nothing is deleted and all of before is gone', () => {
    expect(mayBeAddedAgain(requested)).toBe(false);
    expect(mayBeAddedAgain(begun())).toBe(false);
    expect(mayBeAddedAgain({ ...requested, stage: { kind: 'wait', until: now } })).toBe(true);
  });

  test('never goes back and always ends, however often a part has more', () => {
    // Two rounds of all parts.
    const steps = 2 * removalParts.length;
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (mores) => {
        let removal = begun();
        let place = -1;
        // Whatever is answered first, in the end there is no more.
        for (const more of [...mores, ...Array.from({ length: steps }, () => false)]) {
          const stage = deleting(removal);
          const reached = stage.round * 10 + removalParts.indexOf(stage.part);
          expect(reached).toBeGreaterThanOrEqual(place);
          place = reached;
          const next = afterStep(removal, stage, more, now, 1);
          if (next === 'over') return;
          const due = next.stage?.kind === 'wait' ? removalDue(next, next.stage.until) : undefined;
          removal = due?.kind === 'go-on' ? due.removal : next;
        }
        throw new Error('the removal does not end');
      }),
      { examples: [[[]], [[true, true, true]]] },
    );
  });
});
