import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { type SimulatedTenant, startSimulatedTenant } from '../../../dev/tenant/server.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { connectStorage, type StorageClients } from '../../../shared/adapters/storage.ts';
import type { Environment } from '../../../shared/config.ts';
import { Secret } from '../../../shared/secret.ts';
import { json, loopback, type Loopback, type Reply } from '../../adapters/loopback.ts';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';

export const contoso = { id: '11111111-2222-4333-8444-555555555555', name: 'Contoso', domain: 'contoso.com' };
export const fabrikam = {
  id: '66666666-7777-4888-9999-aaaaaaaaaaaa',
  name: 'Fabrikam',
  domain: 'fabrikam.com',
};

/** Emulated storage, simulated tenants, and an app that answers as the test says; asked for inside a test. */
export interface Deployed {
  /** Right ones, with these in their place; undefined takes one away. */
  settings: (changes?: Environment) => Environment;
  storage: () => StorageClients;
  tenant: () => SimulatedTenant;
  app: Loopback;
  /** Puts Contoso into another state, as an administrator of it would. */
  change: (state: object) => Promise<void>;
}

/** Storage lasts for the file; tenants and app begin anew with each test. */
export function deployed(): Deployed {
  let azurite: Azurite | undefined;
  let tenant: SimulatedTenant | undefined;
  const app = loopback();
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => azurite?.stop());
  beforeEach(async () => {
    tenant = await startSimulatedTenant({ tenants: [contoso, fabrikam] });
    app.reply = appReply();
  });
  afterEach(() => tenant?.close());
  const connectionString = (): string => started(azurite).connectionString;
  const origin = (): string => started(tenant).origin;
  return {
    app,
    tenant: () => started(tenant),
    storage: () =>
      connectStorage({ kind: 'connection-string', connectionString: new Secret(connectionString()) }),
    settings: (changes = {}) => ({
      AzureWebJobsStorage: connectionString(),
      GRACEWATCH_TENANTS: JSON.stringify([contoso]),
      GRACEWATCH_CREDENTIAL: 'none',
      GRACEWATCH_GRAPH_ENDPOINT: origin(),
      GRACEWATCH_ACTIVITY_ENDPOINT: origin(),
      GRACEWATCH_PUBLIC_URL: app.endpoint,
      GRACEWATCH_CHANNELS: JSON.stringify([
        { id: 'licences', kind: 'teams', url: `${origin()}/teams/licences`, fallback: 'spare' },
        { id: 'spare', kind: 'teams', url: `${origin()}/teams/spare`, fallback: 'licences' },
      ]),
      ...changes,
    }),
    change: async (state) => {
      const body = JSON.stringify({ tenantId: contoso.id, ...state });
      const response = await fetch(`${origin()}/control/tenant`, { method: 'POST', body });
      if (response.status !== 200) throw new Error(await response.text());
    },
  };
}

function started<T>(one: T | undefined): T {
  if (one === undefined) throw new Error('not started yet: ask inside a test');
  return one;
}

/** By route; what a route is not given is answered as an app that is well does. */
export interface AppReplies {
  health?: Reply;
  alerts?: Reply;
  webhooks?: Reply;
}

export const healthy = { status: 'ok', version: manifest.version, checks: [{ name: 'storage', ok: true }] };

export function appReply(replies: AppReplies = {}): Reply {
  const { health = json(200, healthy), alerts = json(401, {}), webhooks = json(501, {}) } = replies;
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const route = pathname.split('/')[2];
    const reply = route === 'health' ? health : route === 'alerts' ? alerts : webhooks;
    reply(request, response);
  };
}
