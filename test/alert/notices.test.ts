import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  noticeReasons,
  type NoticeReason,
  type StoredAlert,
  type StoredNotice,
} from '../../shared/alert/alert.ts';
import { waitingNotices, withNotices } from '../../shared/alert/notices.ts';
import { storedAlert, storedNotice } from '../builders/stored-alert.ts';

const now = '2026-02-03T12:00:00.000Z';
const teams = { id: 'licences', sendResolved: true };
const quiet = { id: 'quiet', sendResolved: false };
const other = { id: 'other', sendResolved: true };
const both = { all: [teams, quiet, other], routed: [teams, quiet] };

interface Channels {
  all: { id: string; sendResolved: boolean }[];
  routed: { id: string; sendResolved: boolean }[];
}

/** Those that came to what the alert had. */
function noticesFor(
  alert: StoredAlert,
  reasons: readonly NoticeReason[],
  channels: Channels,
  at: string,
): StoredNotice[] {
  const had = new Set(alert.notices.map(({ key }) => key));
  return withNotices(alert, reasons, channels, at).notices.filter(({ key }) => !had.has(key));
}

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

  test('told of the end already are not told of it again, whatever was told before', () => {
    const notices = [
      storedNotice({ sequence: 1, reason: 'resolved', outcome: 'sent' }),
      storedNotice({ sequence: 2, key: 'again', reason: 'reopened', outcome: 'sent' }),
      storedNotice({ sequence: 3, key: 'end', reason: 'resolved', outcome: 'sent' }),
    ];
    expect(noticesFor(storedAlert({ notices }), ['resolved'], both, now)).toEqual([]);
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

  test('is never that of another notice of the alert, whatever was told before and however much of it is kept', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...noticeReasons), fc.boolean()), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (taken) => {
        let alert = storedAlert();
        const decided = new Set<string>();
        let count = 0;
        for (const [reason, isSent] of taken) {
          const before = waitingNotices(alert).map(({ key }) => key);
          alert = withNotices(alert, [reason], { all: [teams], routed: [teams] }, now);
          for (const { key } of waitingNotices(alert)) {
            if (before.includes(key)) continue;
            decided.add(key);
            count += 1;
          }
          if (isSent) alert = { ...alert, notices: alert.notices.map(told) };
        }
        expect(decided.size).toBe(count);
      }),
      { numRuns: 40 },
    );
  });
});

const told = (notice: StoredNotice): StoredNotice => ({ ...notice, outcome: 'sent' });

describe('what waits and what is kept does not grow without end', () => {
  test('after ten thousand times worse one notice waits, and it stands behind what was decided before', () => {
    let alert = withNotices(storedAlert(), ['opened'], both, now);
    for (let time = 0; time < 10_000; time += 1) alert = withNotices(alert, ['worse'], both, now);
    expect(channelsTold(alert.notices)).toEqual([
      'licences opened',
      'quiet opened',
      'licences worse',
      'quiet worse',
    ]);
  });

  test('of any sequence of reasons no more wait than there are reasons and channels', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...noticeReasons), { maxLength: 60 }), (reasons) => {
        const alert = reasons.reduce((each, reason) => withNotices(each, [reason], both, now), storedAlert());
        const pairs = new Set(channelsTold(waitingNotices(alert)));
        expect(pairs.size).toBe(waitingNotices(alert).length);
      }),
    );
  });

  test('a notice that waits keeps its key, and says by its number that it was decided anew', () => {
    const first = withNotices(storedAlert(), ['worse'], both, now);
    const again = withNotices(first, ['worse'], both, '2026-02-04T00:00:00.000Z');
    expect(again.notices.map(({ key, at }) => [key, at])).toEqual(
      first.notices.map(({ key, at }) => [key, at]),
    );
    expect(again.notices.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  test('the last hundred that were told are kept, and each channel knows whether it awaits the end', () => {
    let alert = withNotices(storedAlert(), ['opened'], { all: [other], routed: [other] }, now);
    alert = { ...alert, notices: alert.notices.map(told) };
    for (let day = 0; day < 400; day += 1) {
      alert = withNotices(alert, ['reminder'], { all: [teams], routed: [teams] }, now);
      alert = { ...alert, notices: alert.notices.map(told) };
    }
    expect(alert.notices.length).toBeLessThanOrEqual(102);
    const resolved = withNotices(alert, ['resolved'], both, now);
    expect(channelsTold(waitingNotices(resolved))).toEqual(['licences resolved', 'other resolved']);
  });
});
