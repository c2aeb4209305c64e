import { describe, expect, test } from '@jest/globals';
import { afterLife, type HostHistory, type HostLife } from '../../../dev/host/supervisor.ts';

const never: HostHistory = { hasRun: false, breakdowns: 0 };
const ranBefore: HostHistory = { hasRun: true, breakdowns: 0 };
const killed: HostLife = { code: null, signal: 'SIGKILL', ran: true, lastedMilliseconds: 900 };
const brokeDown: HostLife = { code: 1, signal: null, ran: true, lastedMilliseconds: 900 };
const failedStart: HostLife = { code: 1, signal: null, ran: false, lastedMilliseconds: 300 };

/** What happens when the same life is lived again and again. */
function repeat(life: HostLife, times: number, history: HostHistory) {
  const outcomes = [];
  for (let time = 0; time < times; time += 1) {
    const next = afterLife(life, false, history);
    outcomes.push(next.kind === 'end' ? `end ${String(next.exitCode)}` : next.pauseMilliseconds);
    history = next.kind === 'end' ? history : next.history;
  }
  return outcomes;
}

describe('the supervisor', () => {
  test('ends with a host that was asked to end', () => {
    expect(afterLife({ ...brokeDown, code: 0 }, true, never)).toEqual({ kind: 'end', exitCode: 0 });
    expect(afterLife({ ...killed, signal: 'SIGTERM', ran: false }, true, never)).toEqual({
      kind: 'end',
      exitCode: 0,
    });
    expect(afterLife({ ...brokeDown, code: 0 }, false, never)).toEqual({ kind: 'end', exitCode: 0 });
  });

  test('gives up at once on a host that cannot start', () => {
    expect(repeat(failedStart, 1, never)).toEqual(['end 1']);
  });

  test('starts a killed host again at once, however often', () => {
    expect(repeat(killed, 20, never)).toEqual(Array.from({ length: 20 }, () => 100));
    expect(repeat({ ...killed, ran: false }, 2, never)).toEqual([100, 100]);
  });

  test('waits longer the more often the host broke down by itself', () => {
    expect(repeat(brokeDown, 8, never)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test('forgets about it when the host ran for a while', () => {
    expect(repeat({ ...brokeDown, lastedMilliseconds: 60_000 }, 3, { hasRun: true, breakdowns: 7 })).toEqual([
      100, 100, 100,
    ]);
  });

  test('gives a host that ran before a few tries to start again', () => {
    expect(repeat(failedStart, 6, ranBefore)).toEqual([100, 200, 400, 800, 1600, 'end 1']);
  });
});
