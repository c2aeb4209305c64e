import { createClock } from '../../shared/adapters/clock.ts';
import type { Config } from '../../shared/config.ts';
import type { Clock } from '../../shared/ports.ts';
import type { Az } from '../target/az.ts';
import type { AzureApp, Target } from '../target/target.ts';
import { ask, type Asked } from '../network/ask.ts';
import { once } from './once.ts';
import { askHealth } from './public-url.ts';
import type { ReadSettings } from './settings.ts';
import { type Storage, storageOf } from '../storage/storage.ts';
import { type AccountRoles, readAccountRoles } from './storage-roles.ts';

/** What the examinations look at. What several of them want to know is asked once, by the first. */
export interface Deployment {
  target: Target;
  config: Config;
  az: Az;
  /** The product's clock, which a demonstration may have set ahead. */
  clock: Clock;
  /** Whether the settings whose names begin so are the real ones; an example that stands in for a wrong one is nobody's to ask. */
  isRead: (beginning: string) => boolean;
  storage: () => Promise<Storage>;
  /** Without a slash at its end; undefined where the app has no address that is known. */
  publicUrl?: string;
  health: () => Promise<Asked | undefined>;
  /** What Graph says to a stranger. */
  graph: () => Promise<Asked>;
  /** Only for an app in Azure. */
  inAzure?: { app: AzureApp; accountRoles: () => Promise<AccountRoles> };
}

export function deploymentOf(
  target: Target,
  config: Config,
  unread: ReadSettings['unread'],
  az: Az,
): Deployment {
  const { app } = target;
  const publicUrl = publicUrlOf(config, app, unread);
  const connected = once(() => storageOf(config.storage, app?.tenantId));
  const accountRoles = once(async () =>
    readAccountRoles(az, (await connected()).name, app?.subscription ?? ''),
  );
  return {
    target,
    config,
    az,
    clock: createClock(config.clockShift),
    isRead: (beginning) => ![...unread.keys()].some((name) => name.startsWith(beginning)),
    storage: once(async () => {
      const storage = await connected();
      if (storage.reader.kind !== 'person') return storage;
      const roles = await accountRoles();
      return roles.kind === 'read' ? { ...storage, id: roles.id } : storage;
    }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    health: once(() => (publicUrl === undefined ? undefined : askHealth(publicUrl))),
    graph: once(() => ask(`${config.endpoints.graph}/v1.0/organization`)),
    ...(app === undefined ? {} : { inAzure: { app, accountRoles } }),
  };
}

function publicUrlOf(
  { publicUrl }: Config,
  app: AzureApp | undefined,
  unread: ReadSettings['unread'],
): string | undefined {
  const own = unread.has('GRACEWATCH_PUBLIC_URL') ? undefined : publicUrl;
  return own ?? (app === undefined ? undefined : `https://${app.hostName}`);
}
