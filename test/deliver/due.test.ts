import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type DueInput,
  dueNow,
  retryDelaySeconds,
  secondsAfter,
  secondsUntil,
} from '../../shared/deliver/due.ts';

const now = '2026-02-03T09:00:00.000Z';
const due = (input: Partial<DueInput>): ReturnType<typeof dueNow> =>
  dueNow({
    state: {},
    waiting: true,
    isSetUp: true,
    now,
    postGapSeconds: 15,
    testAgainSeconds: 3600,
    ...input,
  });

describe('a channel gets at most one post in its gap', () => {
  test('the first post goes at once', () => {
    expect(due({})).toEqual({ kind: 'post' });
  });

  test('the next one waits until the gap is over', () => {
    expect(due({ state: { lastPostAt: secondsAfter(now, -5) } })).toEqual({
      kind: 'wait',
      until: '2026-02-03T09:00:10.000Z',
    });
    expect(due({ state: { lastPostAt: secondsAfter(now, -15) } })).toEqual({ kind: 'post' });
  });

  test('whoever comes while a post is under way waits for its lease, and then takes over', () => {
    const state = { lastPostAt: secondsAfter(now, -20), leaseUntil: secondsAfter(now, 10) };
    expect(due({ state })).toEqual({ kind: 'wait', until: state.leaseUntil });
    expect(due({ state: { ...state, leaseUntil: now } })).toEqual({ kind: 'post' });
  });

  test('where nothing waits there is nothing to do', () => {
    expect(due({ waiting: false })).toEqual({ kind: 'nothing', reason: 'nothing waits' });
  });
});

describe('only one message stays on its way for a channel', () => {
  const wakeAt = secondsAfter(now, 30);

  test('others find it and are done', () => {
    expect(due({ state: { wakeAt } })).toEqual({
      kind: 'nothing',
      reason: 'a later message is on its way',
    });
  });

  test('the awaited message goes on, even where its clock is behind that of the queue', () => {
    expect(due({ state: { wakeAt }, wakeAt })).toEqual({ kind: 'post' });
  });

  test('one that should have come already is not waited for', () => {
    expect(due({ state: { wakeAt: secondsAfter(now, -1) } })).toEqual({ kind: 'post' });
  });
});

describe('after a crash', () => {
  const posting = { idempotencyKey: 'k', notices: ['notice-1'], postedAt: secondsAfter(now, -60) };

  test('a post that was sent is only recorded', () => {
    expect(due({ state: { posting } })).toEqual({ kind: 'record', posting, sentAt: posting.postedAt });
    expect(due({ state: { posting }, waiting: false })).toMatchObject({ kind: 'record' });
  });

  test('while its lease lasts somebody is recording it', () => {
    const state = { posting, leaseUntil: secondsAfter(now, 1), lastPostAt: secondsAfter(now, -60) };
    expect(due({ state })).toEqual({ kind: 'wait', until: state.leaseUntil });
  });
});

describe('a channel that is gone sends nothing', () => {
  test('what waits goes elsewhere', () => {
    expect(due({ state: { brokenSince: now } })).toEqual({ kind: 'reroute' });
    expect(due({ isSetUp: false })).toEqual({ kind: 'reroute' });
  });

  test('until its URL is another', () => {
    const state = { brokenSince: now, brokenUrl: 'old' };
    expect(due({ state, urlFingerprint: 'old' })).toEqual({ kind: 'reroute' });
    expect(due({ state, urlFingerprint: 'new' })).toEqual({ kind: 'post' });
  });

  test('until an hour after the last try, and then once an hour', () => {
    const state = { brokenSince: secondsAfter(now, -86_400), lastPostAt: secondsAfter(now, -3599) };
    expect(due({ state })).toEqual({ kind: 'reroute' });
    expect(due({ state: { ...state, lastPostAt: secondsAfter(now, -3600) } })).toEqual({ kind: 'post' });
  });

  test('and while it is being tried nobody takes its notices away', () => {
    const state = { brokenSince: now, lastPostAt: now, leaseUntil: secondsAfter(now, 10) };
    expect(due({ state })).toEqual({ kind: 'wait', until: state.leaseUntil });
  });
});

describe('waiting', () => {
  test('grows with every failure up to an hour, and honours what the channel asks for', () => {
    expect([0, 1, 2, 3].map((attempt) => retryDelaySeconds(30, attempt))).toEqual([30, 60, 120, 240]);
    expect(retryDelaySeconds(30, 1000)).toBe(3600);
    expect(retryDelaySeconds(30, 3, 7)).toBe(7);
    expect(retryDelaySeconds(30, 0, 10 ** 9)).toBe(24 * 3600);
    expect(retryDelaySeconds(0, 0)).toBe(1);
  });

  test('is at least a second, and never less than what is left', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 10 ** 6 }), (milliseconds) => {
        const until = new Date(new Date(now).getTime() + milliseconds).toISOString();
        const seconds = secondsUntil(until, now);
        expect(seconds).toBeGreaterThanOrEqual(Math.max(1, milliseconds / 1000));
      }),
    );
  });
});
