import { describe, expect, test } from '@jest/globals';
import { createPoisonQueues } from '../../shared/adapters/poison-queues.ts';
import { createQueueWatch } from '../../shared/adapters/queue-watch.ts';
import { createQueues } from '../../shared/adapters/queues.ts';
import { connectStorage, type StorageClients } from '../../shared/adapters/storage.ts';
import { createTenantTable } from '../../shared/adapters/tenant-table.ts';
import { Secret } from '../../shared/secret.ts';
import { loopback, text } from './loopback.ts';

const portal = loopback();
const page = '<html>Sign in to the network of the hotel</html>';

/** An account in whose place something else answers everything. */
function behindPortal(status: number): StorageClients {
  portal.reply = text(status, page, { 'content-type': 'text/html' });
  const key = Buffer.from('a key').toString('base64');
  const endpoints = ['Blob', 'Queue', 'Table'].map(
    (service) => `${service}Endpoint=${portal.endpoint}/account`,
  );
  const connectionString = [
    'DefaultEndpointsProtocol=http',
    'AccountName=account',
    `AccountKey=${key}`,
    ...endpoints,
  ].join(';');
  return connectStorage({ kind: 'connection-string', connectionString: new Secret(connectionString) });
}

async function listed(clients: StorageClients): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of createTenantTable(clients.table('tenants')).list()) rows.push(row);
  return rows;
}

const tenant = { id: 'contoso', name: 'Contoso', addedAt: '2026-02-03T12:00:00.000Z' };

describe('a page of the network in place of storage', () => {
  test.each([200, 404])('with status %i is no table without tenants', async (status) => {
    const clients = behindPortal(status);
    const message = 'storage answered something that is not a table answer';
    await expect(listed(clients)).rejects.toThrow(message);
    await expect(createTenantTable(clients.table('tenants')).get('contoso')).rejects.toThrow(message);
    expect(portal.requests).toHaveLength(2);
  });

  test('is no row that was written', async () => {
    const table = createTenantTable(behindPortal(200).table('tenants'));
    await expect(table.save(tenant, undefined)).rejects.toThrow('not a table answer');
  });

  test('is no empty queue, no message that was sent, and nothing that failed', async () => {
    const clients = behindPortal(200);
    const message = 'storage answered something that is not a queue answer';
    const blobs = { put: () => Promise.reject(new Error('unused')), get: () => Promise.reject(new Error()) };
    const queues = createQueues(clients, blobs as unknown as Parameters<typeof createQueues>[1]);
    await expect(createQueueWatch(clients).look()).rejects.toThrow(message);
    await expect(createPoisonQueues(clients, { now: () => new Date() }).receive(1)).rejects.toThrow(message);
    await expect(queues.depth('collect')).rejects.toThrow(message);
    await expect(queues.send('collect', 'contoso', 'any', [{}])).rejects.toThrow();
  });
});
