import { describe, expect, test } from '@jest/globals';
import { judgeKeptMessages, judgePoisonQueues } from '../../../cli/doctor/poison.ts';
import { judgeQueues } from '../../../cli/doctor/queues.ts';

const now = '2026-02-03T12:00:00.000Z';

describe('a working queue', () => {
  test.each([
    [0, 0, 'ok', 'empty'],
    [3, 0, 'ok', '3 messages'],
    [3, 300, 'ok', '3 messages, the oldest for 5 minutes'],
    [4312, 1800, 'warn', '4,312 messages, the oldest for 30 minutes'],
    [1, 4 * 86_400, 'fail', '1 message, the oldest for 4 days'],
  ])('with %d messages of which the oldest waits %d s is %s', (depth, waitingSeconds, status, means) => {
    const [line] = judgeQueues([{ queue: 'collect', depth, waitingSeconds }]);
    expect(line).toMatchObject({ subject: 'collect', status });
    expect(line?.means.startsWith(means)).toBe(true);
    expect(line?.mend === undefined).toBe(status === 'ok');
  });
});

describe('a poison queue', () => {
  test('that is empty is not worth a line, and one that is not says who empties it', () => {
    const lines = judgePoisonQueues(
      new Map([
        ['collect', 0],
        ['notices', 2],
      ]),
    );
    expect(lines).toMatchObject([{ subject: 'notices-poison', status: 'warn' }]);
    expect(lines[0]?.means).toContain('2 messages');
    expect(lines[0]?.means).toContain('report-poison');
  });
});

describe('messages that were put aside', () => {
  test('fail for a day, then they warn until somebody has put them back', () => {
    const kept = (keptAt: string) => judgeKeptMessages([{ queue: 'verdicts', keptAt }], now)[0];
    expect(kept('2026-02-03T09:00:00.000Z')?.status).toBe('fail');
    expect(kept('2026-01-20T09:00:00.000Z')?.status).toBe('warn');
    expect(kept('2026-01-20T09:00:00.000Z')?.mend).toContain('npx gracewatch poison replay --queue verdicts');
  });

  test('are counted by queue, since the first of them', () => {
    const lines = judgeKeptMessages(
      [
        { queue: 'verdicts', keptAt: '2026-02-03T09:00:00.000Z' },
        { queue: 'collect', keptAt: '2026-02-01T09:00:00.000Z' },
        { queue: 'verdicts', keptAt: '2026-01-30T09:00:00.000Z' },
      ],
      now,
    );
    expect(lines.map(({ subject }) => subject)).toEqual(['verdicts', 'collect']);
    expect(lines[0]?.means).toContain('2 messages since 2026-01-30T09:00:00.000Z');
    expect(lines[0]?.means).toContain('the newest at 2026-02-03T09:00:00.000Z');
  });

  test('that are records nobody could read are another matter', () => {
    const [line] = judgeKeptMessages(
      [{ queue: 'unreadable-activity-exchange', keptAt: '2026-02-03T11:00:00.000Z' }],
      now,
    );
    expect(line).toMatchObject({ status: 'warn' });
    expect(line?.means).toContain('1 record since');
  });
});
