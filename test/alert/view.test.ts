import { describe, expect, test } from '@jest/globals';
import { alertView, cursorOf, readCursor } from '../../shared/alert/view.ts';
import { contoso, storedAlert, storedNotice } from '../builders/stored-alert.ts';

const now = '2026-02-03T12:00:00.000Z';

describe('an alert as people and programs see it', () => {
  test('has nothing of what the lifecycle remembers', () => {
    const stored = storedAlert({
      notices: [storedNotice()],
      attributedEpisode: 1,
      firstSight: true,
      evaluatedAt: now,
    });
    const view = alertView(stored, now);
    expect(Object.keys(view).sort()).toEqual(
      [
        ...['id', 'tenantId', 'rule', 'severity', 'status', 'episode', 'subject', 'title', 'summary'],
        ...['happenedAt', 'openedAt', 'updatedAt', 'facts', 'evidence', 'runbook', 'notices'],
        ...['about', 'details'],
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
      commands: [{ kind: 'acknowledge', at: now, by: { id: 'a1', name: 'Ada' }, note: 'I call Adele' }],
    } as const;
    const stored = storedAlert({
      ...known,
      cause: { ...known.cause, evidence: [] },
      commands: [...known.commands],
    });
    expect(alertView(stored, now)).toMatchObject(known);
  });

  test('is open again when its snooze has ended', () => {
    const snoozed = storedAlert({ status: 'snoozed', snoozedUntil: '2026-02-03T11:00:00.000Z' });
    expect(alertView(snoozed, now).status).toBe('open');
    expect(alertView(snoozed, '2026-02-03T10:00:00.000Z').status).toBe('snoozed');
  });
});

describe('the place of a page in the list', () => {
  const position = { openedAt: '2026-02-03T09:21:30.000Z', id: 'a1'.repeat(32), tenantId: contoso };

  test('comes back from its text', () => {
    expect(readCursor(cursorOf(position))).toEqual(position);
  });

  test.each([
    '',
    'x',
    'bm90IGEgY3Vyc29y',
    Buffer.from('["a"]').toString('base64url'),
    cursorOf({ ...position, openedAt: 'yesterday' }),
  ])('is refused for the text %p that no page gave', (text) => {
    expect(readCursor(text)).toBeUndefined();
  });
});
