import type { LogCoverageRow, SweepCoverageRow } from '../coverage/coverage-store.ts';
import { type SourceName, sourceNames, type SweepName } from '../coverage/coverage.ts';
import { type LogProgress, withLogEnd, withLogStep } from '../coverage/log-coverage.ts';
import { type SweepProgress, withSweepEnd, withSweepStep } from '../coverage/sweep-coverage.ts';
import type { CoverageKind } from './collector.ts';

/** A log is covered in windows of time, with gaps. */
export const logCoverage: CoverageKind<LogCoverageRow, LogProgress> = {
  async read(store, tenantId, source) {
    return store.read(tenantId, logName(source));
  },
  fresh: (tenantId, source) => ({
    tenantId,
    source: logName(source),
    run: 0,
    first: true,
    windows: [],
    gaps: [],
  }),
  withStep: withLogStep,
  withEnd: withLogEnd,
};

/** A sweep is complete or not, as of its begin. */
export const sweepCoverage: CoverageKind<SweepCoverageRow, SweepProgress> = {
  async read(store, tenantId, source) {
    return store.readSweep(tenantId, sweepName(source));
  },
  fresh: (tenantId, source) => ({
    kind: 'sweep',
    tenantId,
    source: sweepName(source),
    run: 0,
    first: true,
  }),
  withStep: withSweepStep,
  withEnd: withSweepEnd,
};

function logName(source: string): SourceName {
  const name = sourceNames.find((one) => one === source);
  if (name === undefined) throw new Error('the source is no log');
  return name;
}

function sweepName(source: string): SweepName {
  const isSweep = (name: string): name is SweepName => name.startsWith('sweep-');
  if (!isSweep(source)) throw new Error('the source is no sweep');
  return source;
}
