import type { TenantSettings, TenantsSetting } from '../config.ts';
import { envelopeSchema } from '../envelope.ts';
import type { Clock, Log } from '../ports.ts';
import type { TenantRow, TenantStore } from './tenant-store.ts';

/** A message of this kind, on the queue `collect`, is a step of the removal itself. */
export const removalKind = 'tenant-removal';

/** How long a worker may take a tenant for watched after somebody has removed it. */
export const rememberedSeconds = 10;

export interface Tenants {
  /** Who is watched, and which rows are being removed. @throws where the table cannot be read */
  read(): Promise<TenantsNow>;
  /** As `read`, of the last seconds: for what is asked with every message. */
  lately(): Promise<TenantsNow>;
  /** Whether the table says, read just now, that the tenant is being removed; that it is not may be some seconds old. */
  isRemoved(tenantId: string): Promise<boolean>;
}

interface TenantsNow {
  watched: TenantSettings[];
  removed: TenantRow[];
}

/**
 * The tenants of the setting, which never change while the app runs, or those of the table, which a command changes at any time.
 * Every message asks whether its tenant is removed. A table that is asked each time costs a transaction a message, so that it is not is
 * remembered for some seconds; that it is never is: a message that was dropped because of an old answer would be lost (law 1).
 */
export function createTenants(setting: TenantsSetting, store: TenantStore, clock: Clock): Tenants {
  if (setting.kind === 'list') {
    const listed = (): Promise<TenantsNow> => Promise.resolve({ watched: setting.tenants, removed: [] });
    return { read: listed, lately: listed, isRemoved: () => Promise.resolve(false) };
  }
  let remembered: { now: TenantsNow; until: number } | undefined;
  const read = async (): Promise<TenantsNow> => {
    const until = clock.now().getTime() + rememberedSeconds * 1000;
    const now = await readTenantsNow(store);
    remembered = { now, until };
    return now;
  };
  const lately = async (): Promise<TenantsNow> =>
    remembered !== undefined && clock.now().getTime() < remembered.until ? remembered.now : read();
  return {
    read,
    lately,
    async isRemoved(tenantId) {
      const { removed } = await lately();
      if (!removed.some(({ id }) => id === tenantId)) return false;
      return (await store.get(tenantId))?.row.removal !== undefined;
    },
  };
}

async function readTenantsNow(store: TenantStore): Promise<TenantsNow> {
  const watched: TenantSettings[] = [];
  const removed: TenantRow[] = [];
  for await (const row of store.list()) {
    const { id, name, domain, removal } = row;
    if (removal !== undefined) removed.push(row);
    else watched.push({ id, name, ...(domain === undefined ? {} : { domain }) });
  }
  return { watched, removed };
}

/**
 * Kinds of messages that are handled all the same: one about a channel carries on for all tenants whose notices wait there, whichever
 * of them it names.
 */
const neverDropped = new Set(['notices-waiting', removalKind]);

/** Handles a message, or drops it because its tenant is being removed. What is no envelope is handled, and refused there. */
export async function unlessRemoved(
  message: unknown,
  { tenants, log }: { tenants: Tenants; log: Log },
  handle: () => Promise<void>,
): Promise<void> {
  const { data } = envelopeSchema.safeParse(message);
  if (data !== undefined && !neverDropped.has(data.kind) && (await tenants.isRemoved(data.tenantId))) {
    const { tenantId, kind, items } = data;
    log.info('message dropped: its tenant is being removed', {
      stage: 'tenants',
      tenantId,
      kind,
      items: items.length,
    });
    return;
  }
  await handle();
}
