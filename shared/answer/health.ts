import type { Clock } from '../ports.ts';
import type { CoverageStore } from '../coverage/coverage-store.ts';
import type { PoisonStore } from '../queues/poison-store.ts';
import type { TenantSettings } from '../config.ts';
import { sourceNames } from '../coverage/coverage.ts';

interface Check {
  name: string;
  ok: boolean;
  since?: string;
}

/** A source that was not finished for so long is not being watched. */
const staleAfterMilliseconds = 2 * 60 * 60 * 1000;
/** A message that could not be handled makes health fail for a day; its alert stays open until somebody looks. */
const poisonCountsForMilliseconds = 24 * 60 * 60 * 1000;

export interface HealthPorts {
  /** Who is watched. @throws where that cannot be read: that storage fails, and not that nobody is */
  watched: () => Promise<readonly TenantSettings[]>;
  coverage: CoverageStore;
  poison: Pick<PoisonStore, 'readCounted'>;
  clock: Clock;
}

export interface Health {
  status: 'ok' | 'failing';
  version: string;
  checks: Check[];
}

/** Shown to all, so it names no tenant and gives no reason that could. */
export async function showHealth(version: string, ports: HealthPorts): Promise<Health> {
  const checks = await readChecks(ports).catch((): Check[] => [{ name: 'storage', ok: false }]);
  return { status: checks.every(({ ok }) => ok) ? 'ok' : 'failing', version, checks };
}

async function readChecks({ watched: readWatched, coverage, poison, clock }: HealthPorts): Promise<Check[]> {
  const watched = new Set((await readWatched()).map(({ id }) => id));
  const ofTenants =
    watched.size === 0 ? ['no tenant is watched yet'] : sourceNames.map((source) => `collect ${source}`);
  const checks = new Map<string, Check>(
    ['storage', ...ofTenants, 'poison messages'].map((name) => [name, { name, ok: true }]),
  );
  const failing = (name: string, since: string): void => {
    const check = checks.get(name);
    const first = check?.since === undefined || since < check.since ? since : check.since;
    checks.set(name, { name, ok: false, since: first });
  };
  const ago = (milliseconds: number): string => new Date(clock.now().getTime() - milliseconds).toISOString();
  const stale = ago(staleAfterMilliseconds);
  const recent = ago(poisonCountsForMilliseconds);
  for await (const row of coverage.list()) {
    if (!watched.has(row.tenantId)) continue;
    const heard = row.finishedAt ?? row.startedAt;
    if (row.failure !== undefined) failing(`collect ${row.source}`, row.failure.at);
    else if (heard !== undefined && heard < stale) failing(`collect ${row.source}`, heard);
  }
  // As report-poison has counted them: however many are kept, it is one look.
  for (const { latest, since } of await poison.readCounted()) {
    if (latest >= recent) failing('poison messages', since);
  }
  return [...checks.values()];
}
