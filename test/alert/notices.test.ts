import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noticeReasons, type NoticeReason, type StoredNotice } from '../../shared/alert/alert.ts';
import { noticesFor, waitingNotices } from '../../shared/alert/notices.ts';
import { storedAlert, storedNotice } from '../builders/stored-alert.ts';

const now = '2026-02-03T12:00:00.000Z';
const teams = { id: 'licences', sendResolved: true };
const quiet = { id: 'quiet', sendResolved: false };
const other = { id: 'other', sendResolved: true };
const both = { all: [teams, quiet, other], routed: [teams, quiet] };

function channelsTold(notices: readonly StoredNotice[]): string[] {
  return notices.map(({ channel, reason }) => `${channel} ${reason}`);
}

describe('the notices of an alert', () => {
  test('wait for every channel that the alert is routed to, one for each reason', () => {
    const notices = noticesFor(storedAlert(), ['worse', 'attributed'], both, now);
    expect(channelsTold(notices)).toEqual([
      'licences worse',
      'quiet worse',
      'licences attributed',
      'quiet attributed',
    ]);
    expect(notices.every(({ outcome, at }) => outcome === 'waiting' && at === now)).toBe(true);
  });

  test('are none without a reason', () => {
    expect(noticesFor(storedAlert(), [], both, now)).toEqual([]);
  });

  test('tell the end where the beginning was told or waits, wherever the alert is routed by now', () => {
    const notices = [
      storedNotice({ channel: 'other', reason: 'opened', outcome: 'sent' }),
      storedNotice({ channel: 'licences', reason: 'worse', outcome: 'waiting' }),
    ];
    expect(channelsTold(noticesFor(storedAlert({ notices }), ['resolved'], both, now))).toEqual([
      'licences resolved',
      'other resolved',
    ]);
  });

  test('do not tell the end of what was never told: refused, quiet, or ended before', () => {
    const refused = [storedNotice({ channel: 'licences', outcome: 'refused' })];
    expect(noticesFor(storedAlert({ notices: refused }), ['resolved'], both, now)).toEqual([]);
    const wantsNone = [storedNotice({ channel: 'quiet', outcome: 'sent' })];
    expect(noticesFor(storedAlert({ notices: wantsNone }), ['resolved'], both, now)).toEqual([]);
    const ended = [storedNotice({ outcome: 'sent' }), storedNotice({ reason: 'resolved', outcome: 'sent' })];
    expect(noticesFor(storedAlert({ notices: ended, episode: 2 }), ['resolved'], both, now)).toEqual([]);
  });

  test('that still wait are found again', () => {
    const waiting = storedNotice({ key: 'notice-2', outcome: 'waiting' });
    expect(waitingNotices(storedAlert({ notices: [storedNotice({ outcome: 'sent' }), waiting] }))).toEqual([
      waiting,
    ]);
  });
});

describe('the key of a notice', () => {
  const key = (alert = storedAlert(), reason: NoticeReason = 'worse', channel = teams): string =>
    noticesFor(alert, [reason], { all: [channel], routed: [channel] }, now)[0]?.key ?? '';

  test('is the same for the same decision, whenever it is taken', () => {
    expect(key()).toBe(noticesFor(storedAlert(), ['worse'], both, '2026-02-04T00:00:00.000Z')[0]?.key);
    expect(key()).toMatch(/^[0-9a-f]{64}$/);
  });

  test('differs by alert, episode, reason, occurrence and channel', () => {
    const again = storedAlert({ notices: [storedNotice({ reason: 'worse' })] });
    const keys = [
      key(),
      key(storedAlert({ id: 'b2'.repeat(32) })),
      key(storedAlert({ episode: 2 })),
      key(storedAlert(), 'attributed'),
      key(again),
      key(storedAlert(), 'worse', other),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is never that of another notice of the alert, whatever was told before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...noticeReasons), { maxLength: 20 }), (reasons) => {
        let alert = storedAlert();
        for (const reason of reasons) {
          const notices = noticesFor(alert, [reason], { all: [teams], routed: [teams] }, now);
          alert = storedAlert({ notices: [...alert.notices, ...notices] });
        }
        const keys = alert.notices.map((notice) => notice.key);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});
