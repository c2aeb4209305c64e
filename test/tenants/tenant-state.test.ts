import { describe, expect, test } from '@jest/globals';
import type { LogCoverageRow } from '../../shared/coverage/coverage-store.ts';
import { tenantState } from '../../shared/tenants/tenant-state.ts';
import { type SourceName, sourceNames } from '../../shared/coverage/coverage.ts';
import { contoso } from './removal-by-hand.ts';

const row = (source: SourceName, overrides: Partial<LogCoverageRow> = {}): LogCoverageRow => ({
  tenantId: contoso,
  source,
  run: 1,
  first: false,
  finishedAt: '2026-03-01T08:00:00.000Z',
  windows: [],
  gaps: [],
  ...overrides,
});
const [entra, unified, exchange] = sourceNames;

describe('a tenant', () => {
  test('that was added a moment ago waits for its first collection', () => {
    expect(tenantState({}, [])).toEqual({ kind: 'first-collection' });
    const { finishedAt: _never, ...running } = row(unified);
    expect(tenantState({}, [row(entra), running])).toEqual({ kind: 'first-collection' });
    expect(tenantState({}, [row(entra), running, row(exchange)])).toEqual({ kind: 'first-collection' });
  });

  test('is watched since all of it was read, as late as the slowest source', () => {
    const older = '2026-03-01T07:00:00.000Z';
    expect(tenantState({}, [row(entra), row(unified, { finishedAt: older }), row(exchange)])).toEqual({
      kind: 'watched',
      lastCollectedAt: older,
    });
  });

  test('is blind since the first source refused, and says why', () => {
    const late = { at: '2026-03-01T07:30:00.000Z', reason: 'Graph answered 403' };
    const early = { at: '2026-03-01T07:00:00.000Z', reason: 'no token', permission: 'ActivityFeed.Read' };
    const rows = [row(entra, { failure: late }), row(unified, { failure: early }), row(exchange)];
    expect(tenantState({}, rows)).toEqual({
      kind: 'blind',
      since: early.at,
      sources: [entra, unified],
      reason: 'no token',
      permission: 'ActivityFeed.Read',
    });
  });

  test('that is being removed is nothing else', () => {
    const failure = { at: '2026-03-01T07:00:00.000Z', reason: 'no token' };
    const requestedAt = '2026-03-01T09:00:00.000Z';
    const until = '2026-03-02T10:00:00.000Z';
    expect(tenantState({ removal: { requestedAt } }, [row(entra, { failure })])).toEqual({
      kind: 'removing',
      since: requestedAt,
    });
    expect(tenantState({ removal: { requestedAt, stage: { kind: 'wait', until } } }, [])).toEqual({
      kind: 'removing',
      since: requestedAt,
      waitsUntil: until,
    });
  });
});
