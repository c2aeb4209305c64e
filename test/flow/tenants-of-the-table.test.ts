import type { HttpRequest, InvocationContext, Timer } from '@azure/functions';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type SimulatedTenant, startSimulatedTenant } from '../../dev/tenant/server.ts';
import { tenants } from '../../cli/tenants/tenants.ts';
import { connectStorage, type StorageClients, statusOf } from '../../shared/adapters/storage.ts';
import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { runtime as Runtime } from '../../shared/runtime.ts';
import { Secret } from '../../shared/secret.ts';
import { type Azurite, startAzurite } from '../builders/azurite.ts';
import { type Ran, runIn } from '../builders/command-line.ts';
import { licenceAudit } from '../collect/simulated-sources.ts';

/**
 * The composition root itself, over real storage and the simulated tenant: from the first tenant of the table to the last row of one
 * that was removed.
 */
const contoso = { id: '11111111-2222-4333-8444-555555555555', name: 'Contoso', domain: 'contoso.com' };
const fabrikam = { id: '66666666-7777-4888-9999-aaaaaaaaaaaa', name: 'Fabrikam', domain: 'fabrikam.com' };

let azurite: Azurite;
let service: SimulatedTenant;
let storage: StorageClients;
let runtime: typeof Runtime;
let environment: Record<string, string>;
const logged: string[] = [];
const write = (line: string): void => {
  logged.push(line);
};
const context = { info: write, warn: write, error: write } as unknown as InvocationContext;

beforeAll(async () => {
  azurite = await startAzurite();
  service = await startSimulatedTenant({ tenants: [contoso, fabrikam] });
  storage = connectStorage({
    kind: 'connection-string',
    connectionString: new Secret(azurite.connectionString),
  });
  environment = {
    AzureWebJobsStorage: azurite.connectionString,
    GRACEWATCH_TENANTS: 'table',
    GRACEWATCH_CREDENTIAL: 'none',
    GRACEWATCH_GRAPH_ENDPOINT: service.origin,
    GRACEWATCH_ACTIVITY_ENDPOINT: service.origin,
    GRACEWATCH_CHANNELS: JSON.stringify([
      { id: 'licences', kind: 'teams', url: `${service.origin}/teams/licences` },
    ]),
    GRACEWATCH_TIMING: JSON.stringify({ groupSeconds: 0, postGapSeconds: 0, retrySeconds: 1 }),
  };
  Object.assign(process.env, environment);
  ({ runtime } = await import('../../shared/runtime.ts'));
}, 60_000);
afterAll(async () => {
  await service.close();
  await azurite.stop();
});

function command(...args: string[]): Promise<Ran> {
  return runIn({ environment }, (workplace) => tenants(args, workplace));
}

const handlers = {
  [names.queues.collect]: (message: unknown) => runtime.collect(message, context),
  [names.queues.signals]: (message: unknown) => runtime.recordSignals(message, context),
  [names.queues.evaluateLicence]: (message: unknown) => runtime.evaluateSubjects('licence')(message, context),
  [names.queues.verdicts]: (message: unknown) => runtime.recordAlerts(message, context),
  [names.queues.notices]: (message: unknown) => runtime.deliverNotices(message, context),
};

/** Handles what waits in the queues, also what is hidden for some seconds, until nothing does. */
async function handleAll(): Promise<void> {
  for (let idle = 0; idle < 2;) {
    let handled = 0;
    for (const [name, handle] of Object.entries(handlers)) {
      const queue = storage.queue(name);
      await queue.createIfNotExists();
      const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
      for (const { messageText, messageId, popReceipt } of receivedMessageItems) {
        await handle(JSON.parse(Buffer.from(messageText, 'base64').toString('utf8')));
        await queue.deleteMessage(messageId, popReceipt);
        handled += 1;
      }
    }
    idle = handled === 0 ? idle + 1 : 0;
    if (handled === 0) await new Promise((done) => setTimeout(done, 1100));
  }
}

/** The host does not say when the timer is due. */
const byHand = {
  isPastDue: false,
  schedule: { adjustForDST: true },
  scheduleStatus: null,
} as unknown as Timer;

/** A removal waits until all workers have heard of it; here nobody else works. */
async function removalGoesOn(): Promise<void> {
  await runtime.scheduleCollection(byHand, context);
  const queue = storage.queue(names.queues.collect);
  await queue.clearMessages();
  const removal = { v: 1, tenantId: fabrikam.id, kind: 'tenant-removal', items: [{}] };
  await queue.sendMessage(Buffer.from(JSON.stringify(removal)).toString('base64'));
  await handleAll();
}

async function rowsOf(table: string, tenantId: string): Promise<number> {
  let count = 0;
  try {
    for await (const { partitionKey = '', rowKey = '', json = '' } of storage.table(table).listEntities<{
      json?: string;
    }>()) {
      if (`${partitionKey} ${rowKey} ${json}`.includes(tenantId)) count += 1;
    }
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  return count;
}

async function health(): Promise<{ status: number; names: string[] }> {
  const { status, body } = await runtime.answerHealth();
  const { checks } = JSON.parse(body) as { checks: { name: string }[] };
  return { status, names: checks.map(({ name }) => name) };
}

async function coveredTenants(): Promise<string[]> {
  const request = { headers: new Headers(), method: 'GET' } as unknown as HttpRequest;
  const { body } = await runtime.answerCoverage(request, context);
  const { value } = JSON.parse(body) as { value: { tenantId: string }[] };
  return [...new Set(value.map(({ tenantId }) => tenantId))].sort();
}

test('nobody, then two tenants, then one of them without a trace of the other', async () => {
  await runtime.scheduleCollection(byHand, context);
  expect(logged.join('\n')).toContain('no tenant is watched: nothing is collected');
  expect(await health()).toEqual({
    status: 200,
    names: ['storage', 'no tenant is watched yet', 'poison messages'],
  });

  for (const tenant of [contoso, fabrikam]) {
    const at = new Date(Date.now() - 3_600_000).toISOString();
    service.logs
      .open(tenant)
      .deposit({ entra: [{ ...licenceAudit(`of ${tenant.name}`, at) }], entraDelay: 0 });
    expect((await command('add', tenant.id)).code).toBe(0);
  }
  await runtime.scheduleCollection(byHand, context);
  await handleAll();
  expect(await coveredTenants()).toEqual([contoso.id, fabrikam.id]);
  expect((await command('list')).out).toContain('2 tenants: 2 watched.');
  const kept = await rowsOf(names.tables.timeline, contoso.id);
  expect(kept).toBeGreaterThan(0);
  expect(await rowsOf(names.tables.timeline, fabrikam.id)).toBe(kept);

  expect((await command('remove', fabrikam.name, '--yes')).code).toBe(0);
  expect(await coveredTenants()).toEqual([contoso.id]);
  await removalGoesOn();
  const tables = [names.tables.timeline, names.tables.alerts, names.tables.coverage, names.tables.poison];
  for (const table of tables) expect(await rowsOf(table, fabrikam.id)).toBe(0);
  expect(await rowsOf(names.tables.timeline, contoso.id)).toBe(kept);
  expect((await command('list')).out).toContain('is removed, its data is deleted; until');

  // A day later.
  const store = createTenantTable(storage.table(names.tables.tenants));
  const stored = await store.get(fabrikam.id);
  if (stored === undefined) throw new Error('the row went too early');
  const until = new Date(Date.now() - 1000).toISOString();
  const removal = { requestedAt: until, stage: { kind: 'wait' as const, until } };
  await store.save({ ...stored.row, removal }, stored.version);
  await removalGoesOn();
  expect(await store.get(fabrikam.id)).toBeUndefined();
  expect(logged.join('\n')).toContain('tenant removed');
  expect((await command('list')).out).toContain('1 tenant: 1 watched.');
}, 120_000);
