import { describe, expect, test } from '@jest/globals';
import type { Asked } from '../../../cli/network/ask.ts';
import { judgeClock } from '../../../cli/doctor/clock.ts';

const noon = Date.parse('2026-02-03T12:00:00.000Z');

/** An answer that arrived at noon of this machine and says another time. */
function saying(date: string | undefined, took = 200): Asked {
  const headers = new Headers(date === undefined ? {} : { date });
  return { kind: 'answered', status: 200, headers, body: '', between: [noon - took, noon] };
}

describe('the clock of this machine', () => {
  test.each([
    ['Tue, 03 Feb 2026 12:00:00 GMT', 'ok', 'agrees'],
    ['Tue, 03 Feb 2026 11:59:58 GMT', 'ok', 'agrees'],
    ['Tue, 03 Feb 2026 11:56:00 GMT', 'warn', '4 minutes ahead of'],
    ['Tue, 03 Feb 2026 12:03:00 GMT', 'warn', '3 minutes behind'],
    ['Tue, 03 Feb 2026 11:50:00 GMT', 'fail', '10 minutes ahead of'],
    ['Tue, 03 Feb 2026 15:00:00 GMT', 'fail', '3 hours behind'],
  ])('against one who says %s: %s', (date, status, means) => {
    const [line] = judgeClock([{ who: 'graph.microsoft.com', asked: saying(date) }]);
    expect(line).toMatchObject({ subject: 'graph.microsoft.com', status });
    expect(line?.means).toContain(means);
  });

  test('is not blamed for an answer that took its time', () => {
    const slow = saying('Tue, 03 Feb 2026 11:55:00 GMT', 6 * 60_000);
    expect(judgeClock([{ who: 'storage', asked: slow }])[0]?.status).toBe('ok');
  });

  test('says nothing of those who gave no answer or no time', () => {
    const lines = judgeClock([
      { who: 'storage', asked: { kind: 'unreachable', why: 'refused' } },
      { who: 'graph.microsoft.com', asked: saying('Tue, 03 Feb 2026 12:00:00 GMT') },
      { who: 'proxy', asked: saying(undefined) },
    ]);
    expect(lines.map(({ subject }) => subject)).toEqual(['graph.microsoft.com']);
    expect(judgeClock([{ who: 'storage', asked: undefined }])).toMatchObject([{ status: 'warn' }]);
  });
});
