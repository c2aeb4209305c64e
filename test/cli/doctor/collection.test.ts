import { describe, expect, test } from '@jest/globals';
import { judgeCollection } from '../../../cli/doctor/collection.ts';
import type { LogCoverageRow } from '../../../shared/coverage/coverage-store.ts';
import { sourceNames } from '../../../shared/coverage/coverage.ts';
import { contoso } from './deployed.ts';

const now = '2026-02-03T12:00:00.000Z';

function row(changes: Partial<LogCoverageRow> = {}): LogCoverageRow {
  return {
    tenantId: contoso.id,
    source: 'entra-directory-audits',
    run: 7,
    first: false,
    startedAt: '2026-02-03T11:54:00.000Z',
    finishedAt: '2026-02-03T11:55:00.000Z',
    windows: [],
    gaps: [],
    ...changes,
  };
}

function judged(changes: Partial<LogCoverageRow>) {
  const lines = judgeCollection([row(changes)], now).filter(
    ({ subject }) => subject === 'the Entra directory audits',
  );
  return { first: lines[0], more: lines.slice(1) };
}

describe('the last collection of a source', () => {
  test('of a fresh deployment has not been yet', () => {
    const lines = judgeCollection([], now);
    expect(lines).toMatchObject([{ subject: 'all sources', status: 'warn' }]);
    expect(lines[0]?.means).toContain('starts within five minutes');
  });

  test('is told of each source', () => {
    const rows = sourceNames.map((source) => row({ source }));
    expect(judgeCollection(rows, now).map(({ status, means }) => [status, means])).toEqual(
      sourceNames.map(() => ['ok', 'last finished 2026-02-03T11:55:00.000Z']),
    );
  });

  test('of a source that was never begun beside others that were is not there yet', () => {
    const lines = judgeCollection([row()], now);
    expect(lines.map(({ status }) => status)).toEqual(['ok', 'warn', 'warn']);
  });

  test('that is the first may take its time', () => {
    const { finishedAt: _never, ...begun } = row({ first: true, step: { number: 3, state: {} } });
    const [line] = judgeCollection([begun], now);
    expect(line).toMatchObject({ status: 'ok' });
    expect(line?.means).toContain('the first collection is under way since 2026-02-03T11:54:00.000Z');
  });

  test('that is older than two hours means that nothing is watched', () => {
    const { first } = judged({ finishedAt: '2026-02-03T09:00:00.000Z' });
    expect(first).toMatchObject({ status: 'fail' });
    expect(first?.means).toContain('3 hours ago');
    expect(first?.mend).not.toContain('timers');
    const [inAzure] = judgeCollection([row({ finishedAt: '2026-02-03T09:00:00.000Z' })], now, 'az rest …');
    expect(inAzure?.mend).toContain('its timers have stopped, as after some deployments: az rest …');
  });

  test('that failed says since when, why, and which permission would mend it', () => {
    const failure = {
      at: '2026-02-03T10:00:00.000Z',
      reason: 'Graph answered 403 (Authorization_RequestDenied)',
      permission: 'AuditLog.Read.All',
    };
    const { first } = judged({ failure });
    expect(first).toMatchObject({ status: 'fail' });
    expect(first?.means).toContain('since 2026-02-03T10:00:00.000Z: Graph answered 403');
    expect(first?.mend).toContain('grant AuditLog.Read.All');
  });

  test('that had to start its subscription says since when it is read: nothing is wrong with that', () => {
    const started = '2026-02-01T09:00:00.000Z';
    const before = { from: '2026-01-25T09:10:00.000Z', to: started, reason: 'the subscription was off' };
    for (const windows of [[], [{ from: started, to: now }]]) {
      const { more } = judged({ gaps: [before], windows, givenSince: started });
      expect(more).toMatchObject([{ status: 'ok' }]);
      expect(more[0]?.means).toContain(`read since ${started}`);
    }
    const off = { from: '2026-02-02T00:00:00.000Z', to: '2026-02-02T09:00:00.000Z', reason: 'off' };
    const { more } = judged({ gaps: [before, off], windows: [{ from: started, to: off.from }] });
    expect(more.map(({ status }) => status)).toEqual(['ok', 'warn']);
    expect(more[1]?.means).toContain('1 gap in what was read, the first from 2026-02-02T00:00:00.000Z');
  });

  test('that left gaps says so, and whether they are tried again', () => {
    const lost = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z', reason: 'too late' };
    const gone = judged({ gaps: [lost] });
    expect(gone.first?.status).toBe('ok');
    expect(gone.more).toMatchObject([{ status: 'warn' }]);
    expect(gone.more[0]?.means).toContain('1 gap in what was read, the first from 2026-01-01T00:00:00.000Z');
    expect(gone.more[0]?.mend).toContain('nothing brings it back');
    const waiting = judged({ gaps: [lost, { ...lost, content: 'https://manage.office.com/x' }] });
    expect(waiting.more[0]?.mend).toContain('1 of them are tried again');
    expect(JSON.stringify(waiting)).not.toContain('manage.office.com');
  });
});
