import { describe, expect, test } from '@jest/globals';
import { afterLife } from '../../../dev/host/supervisor.ts';

describe('the supervisor', () => {
  test('ends with a host that was asked to end', () => {
    expect(afterLife({ code: 0, signal: null, ran: true }, true, 0)).toEqual({ kind: 'end', exitCode: 0 });
    expect(afterLife({ code: null, signal: 'SIGTERM', ran: false }, true, 0)).toEqual({
      kind: 'end',
      exitCode: 0,
    });
    expect(afterLife({ code: 0, signal: null, ran: true }, false, 0)).toEqual({ kind: 'end', exitCode: 0 });
  });

  test('gives up on a host that cannot start', () => {
    expect(afterLife({ code: 1, signal: null, ran: false }, false, 0)).toEqual({ kind: 'end', exitCode: 1 });
  });

  test('starts a killed host again at once, however often', () => {
    const killed = { code: null, signal: 'SIGKILL', ran: true } as const;
    let deaths = 0;
    for (let kill = 0; kill < 20; kill += 1) {
      const next = afterLife(killed, false, deaths);
      expect(next).toEqual({ kind: 'restart', pauseMilliseconds: 100, deaths: 0 });
      deaths = next.kind === 'restart' ? next.deaths : deaths;
    }
  });

  test('waits longer the more often the host broke down by itself', () => {
    const broke = { code: 1, signal: null, ran: true } as const;
    const pauses = [0, 1, 2, 10].map((deaths) => afterLife(broke, false, deaths));
    expect(pauses).toEqual([
      { kind: 'restart', pauseMilliseconds: 100, deaths: 1 },
      { kind: 'restart', pauseMilliseconds: 200, deaths: 2 },
      { kind: 'restart', pauseMilliseconds: 400, deaths: 3 },
      { kind: 'restart', pauseMilliseconds: 5_000, deaths: 11 },
    ]);
  });
});
