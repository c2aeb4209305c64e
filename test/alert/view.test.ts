import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { alertView, pageOfAlerts } from '../../shared/alert/view.ts';
import { storedAlert, storedNotice } from '../builders/stored-alert.ts';

const now = '2026-02-03T12:00:00.000Z';

async function* iterate(alerts: readonly StoredAlert[]): AsyncGenerator<StoredAlert> {
  await Promise.resolve();
  yield* alerts;
}

async function page(alerts: readonly StoredAlert[], top: number, after?: string) {
  const answer = await pageOfAlerts(iterate(alerts), { top, after }, now);
  if (answer.kind !== 'page') throw new Error('the cursor is bad');
  return answer;
}

describe('an alert as people and programs see it', () => {
  test('has nothing of what the lifecycle remembers', () => {
    const stored = storedAlert({
      notices: [storedNotice()],
      attributedEpisode: 1,
      firstSight: true,
      note: 'private',
      evaluatedAt: now,
    });
    const view = alertView(stored, now);
    expect(Object.keys(view).sort()).toEqual(
      [
        ...['id', 'tenantId', 'rule', 'severity', 'status', 'episode', 'subject', 'title', 'summary'],
        ...['happenedAt', 'openedAt', 'updatedAt', 'facts', 'evidence', 'runbook', 'notices'],
      ].sort(),
    );
    expect(view.notices).toEqual([
      { channel: 'licences', reason: 'opened', at: '2026-02-03T09:21:30.000Z', outcome: 'waiting' },
    ]);
  });

  test('has the optional fields where they are known', () => {
    const known = {
      cause: { kind: 'pending', evidence: [], confidence: 'unknown', text: 'Not yet.' },
      due: now,
      resolvedAt: now,
      actor: { kind: 'user', name: 'admin@contoso.com' },
      mutedBy: 'b2'.repeat(32),
    } as const;
    expect(alertView(storedAlert({ ...known, cause: { ...known.cause, evidence: [] } }), now)).toMatchObject(
      known,
    );
  });

  test('is open again when its snooze has ended', () => {
    const snoozed = storedAlert({ status: 'snoozed', snoozedUntil: '2026-02-03T11:00:00.000Z' });
    expect(alertView(snoozed, now).status).toBe('open');
    expect(alertView(snoozed, '2026-02-03T10:00:00.000Z').status).toBe('snoozed');
  });
});

describe('a page of alerts', () => {
  const alerts = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.uuid()), {
      selector: ([, id]) => id,
      maxLength: 40,
    })
    .map((rows) =>
      rows.map(([minute, id]) =>
        storedAlert({ id, openedAt: new Date(Date.UTC(2026, 1, 3, 9, minute)).toISOString() }),
      ),
    );

  test('begins with the newest', async () => {
    const older = storedAlert({ id: 'a', openedAt: '2026-02-01T00:00:00.000Z' });
    const newer = storedAlert({ id: 'b', openedAt: '2026-02-02T00:00:00.000Z' });
    const { value, next } = await page([older, newer], 1);
    expect(value.map(({ id }) => id)).toEqual(['b']);
    const second = await page([older, newer], 1, next);
    expect(second.value.map(({ id }) => id)).toEqual(['a']);
    expect(second).not.toHaveProperty('next');
  });

  test('behind another shows every alert once, in order, whatever the size of the page', async () => {
    await fc.assert(
      fc.asyncProperty(alerts, fc.integer({ min: 1, max: 7 }), async (all, top) => {
        const seen: StoredAlert['id'][] = [];
        let after: string | undefined;
        do {
          const { value, next } = await page(all, top, after);
          expect(value.length).toBeLessThanOrEqual(top);
          seen.push(...value.map(({ id }) => id));
          after = next;
        } while (after !== undefined);
        const expected = all
          .toSorted((a, b) =>
            a.openedAt === b.openedAt ? (a.id < b.id ? -1 : 1) : a.openedAt > b.openedAt ? -1 : 1,
          )
          .map(({ id }) => id);
        expect(seen).toEqual(expected);
      }),
    );
  });

  test.each(['', 'x', 'bm90IGEgY3Vyc29y', Buffer.from('["a"]').toString('base64url')])(
    'is refused for the cursor %p that no page gave',
    async (after) => {
      expect(await pageOfAlerts(iterate([]), { top: 1, after }, now)).toEqual({ kind: 'bad-cursor' });
    },
  );
});
