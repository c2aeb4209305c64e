import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import type { TenantSettings } from '../../shared/config.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { TenantRow } from '../../shared/tenants/tenant-store.ts';
import { createTenants } from '../../shared/tenants/tenants.ts';
import { UsageError } from '../arguments/arguments.ts';
import { countedProgress } from '../terminal/progress.ts';
import { chooseTenants } from '../target/choose-tenants.ts';
import type { Target } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import { type Check, type Line, linesOf } from './check.ts';
import { type Deployment, deploymentOf } from './deployment.ts';
import { examineAll } from './examination.ts';
import { examinationsOf } from './examinations.ts';
import { readSettings } from './settings.ts';
import { seenForItself } from './seen-in-storage.ts';
import { judgeVersions } from './versions.ts';

export interface Wanted {
  /** Ids, names or domains; all where there is none. */
  tenants: readonly string[];
  /** Post a test card to each channel. */
  send: boolean;
}

/** Everything that can be said of the deployment. @throws UsageError where what was asked for cannot be done */
export async function diagnose(target: Target, wanted: Wanted, workplace: Workplace): Promise<Check[]> {
  const { az, terminal } = workplace;
  const { lines, config, unread } = readSettings(target);
  const settings = linesOf('settings', lines);
  if (config === undefined) {
    return [
      ...settings,
      notChecked,
      ...linesOf('version', judgeVersions({ node: process.version, health: undefined })),
    ];
  }
  if (wanted.send && unread.get('GRACEWATCH_CHANNELS')?.status === 'skip') throw new UsageError(outOfReach);
  const deployment = deploymentOf(target, config, unread, az);
  const watched = await watchedTenants(deployment);
  refuseRemoved(watched.removed, wanted.tenants);
  const tenants = watched.tenants === undefined ? [] : chooseTenants(watched.tenants, wanted.tenants);
  const examinations = examinationsOf(deployment, tenants, wanted.send ? nameOf(workplace) : undefined);
  const progress = countedProgress('tenants', tenants.length, terminal);
  const found = await examineAll(examinations, unread, ({ tenant }) => {
    if (tenant !== undefined) progress.step();
  });
  progress.end();
  return [...settings, ...linesOf('settings', watched.lines), ...found];
}

const outOfReach =
  '--send needs the URLs of the channels, and those of this app lie in the Key Vault: put GRACEWATCH_CHANNELS into the settings here and run it without --app';

const notChecked: Check = {
  check: 'settings',
  status: 'warn',
  means:
    'storage, tenants, public URL, channels, queues and collection are not checked until these settings are right',
};

/** Those of the setting, or of the table; undefined where they cannot be read, and then it cannot be told who is watched. */
async function watchedTenants({
  config,
  clock,
  storage,
  isRead,
}: Deployment): Promise<{ tenants?: TenantSettings[]; removed?: TenantRow[]; lines: Line[] }> {
  if (!isRead('GRACEWATCH_TENANTS')) return { lines: [] };
  if (config.tenants.kind === 'list') return { tenants: config.tenants.tenants, lines: [] };
  if (!isRead('AzureWebJobsStorage')) return { lines: [] };
  const account = await storage();
  const read: { tenants?: TenantSettings[]; removed?: TenantRow[] } = {};
  const lines = await seenForItself('tables', account, async () => {
    const table = createTenantTable(account.clients.table(names.tables.tenants));
    const { watched, removed } = await createTenants(config.tenants, table, clock).read();
    read.tenants = watched;
    read.removed = removed;
    return watched.length > 0 ? [] : [noTenants];
  });
  return { ...read, lines: lines.map((line) => ({ ...line, subject: 'tenants' })) };
}

/** Somebody who asks for it would take "no such tenant" for an accident. @throws UsageError */
function refuseRemoved(removed: readonly TenantRow[] = [], asked: readonly string[]): void {
  for (const text of asked) {
    const wanted = text.trim().toLowerCase();
    const found = removed.find(({ id, name, domain }) =>
      [id, name, domain].some((known) => known?.toLowerCase() === wanted),
    );
    if (found?.removal === undefined) continue;
    throw new UsageError(
      `${text} is being removed since ${found.removal.requestedAt} and is not watched any more; npx gracewatch tenants list shows how far it is`,
    );
  }
}

const noTenants: Line = {
  status: 'warn',
  means: 'none is watched yet',
  mend: 'npx gracewatch tenants add puts one in',
};

/** By the name under which he is signed in to this machine. */
function nameOf({ environment }: Workplace): string {
  return environment['USER'] ?? environment['USERNAME'] ?? 'somebody at a command line';
}
