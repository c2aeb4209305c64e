import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildWhereNeeded, readBundlePath } from '../../dev/host/bundle.ts';
import { startHost } from '../../dev/host/start-host.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import { connectStorage } from '../../shared/adapters/storage.ts';
import { Secret } from '../../shared/secret.ts';
import { type Azurite, startAzurite } from '../builders/azurite.ts';
import { licencesChanged, assigned } from '../builders/audit-record.ts';
import { contoso } from '../builders/audit-event.ts';
import { recordingChannel } from './recording-channel.ts';
import { eventually, root } from './running-host.ts';

/** The limit only ends a run that hangs. */
jest.setTimeout(5 * 60_000);

let azurite: Azurite;
let folder: string;
beforeAll(async () => {
  azurite = await startAzurite();
  folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-away-'));
}, 60_000);
afterAll(async () => {
  await azurite.stop();
  rmSync(folder, { recursive: true });
});

/** The tables of a storage account that can be switched off: then each request is answered as by a service that is too busy. */
async function tablesInFrontOf(connectionString: string) {
  const target = new URL(/TableEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '');
  const self = { away: false, refused: 0 };
  const server = createServer((incoming, outgoing) => {
    if (self.away) {
      self.refused += 1;
      incoming.resume();
      outgoing.writeHead(503, { 'x-ms-request-id': 'away', 'content-type': 'application/json' });
      outgoing.end('{"odata.error":{"code":"ServerBusy","message":{"value":"The server is busy."}}}');
      return;
    }
    const { method, url, headers } = incoming;
    const forwarded = request(
      { host: target.hostname, port: target.port, method, path: url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return Object.assign(self, {
    connectionString: connectionString.replace(target.origin, origin),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}

test('after tables were away for longer than all tries of a message, timers alone bring back all of it, each loss told once', async () => {
  const tables = await tablesInFrontOf(azurite.connectionString);
  const channel = await recordingChannel();
  const storage = connectStorage({
    kind: 'connection-string',
    connectionString: new Secret(azurite.connectionString),
  });
  await storage.queue('signals').createIfNotExists();
  await storage.queue('signals-poison').createIfNotExists();
  const users = Array.from({ length: 6 }, (_, n) => `0b000000-0000-4000-8000-00000000000${String(n)}`);
  for (const [n, id] of users.entries()) {
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const record = licencesChanged([assigned('SPE_E3')], [], {
      tenantId: contoso,
      at,
      id: `loss-${String(n)}`,
      target: { user: { id } },
    });
    const envelope = { v: 1, tenantId: contoso, kind: 'audit-records', items: [record] };
    await storage.queue('signals').sendMessage(Buffer.from(JSON.stringify(envelope)).toString('base64'));
  }
  tables.away = true;

  const queues = {
    batchSize: 4,
    newBatchThreshold: 2,
    maxDequeueCount: 2,
    visibilityTimeout: '00:00:01',
    maxPollingInterval: '00:00:00.100',
  };
  const hostJsonPath = path.join(folder, 'host.json');
  writeFileSync(hostJsonPath, JSON.stringify({ version: '2.0', extensions: { queues } }));
  const bundlePath = await readBundlePath(root);
  await buildWhereNeeded(root, bundlePath);
  const lines: string[] = [];
  const host = await startHost({
    port: 0,
    bundlePath,
    hostJsonPath,
    settings: {
      AzureWebJobsStorage: tables.connectionString,
      GRACEWATCH_TENANTS: JSON.stringify([{ id: contoso, name: 'Contoso' }]),
      GRACEWATCH_CREDENTIAL: 'none',
      GRACEWATCH_GRAPH_ENDPOINT: 'http://127.0.0.1:9',
      GRACEWATCH_ACTIVITY_ENDPOINT: 'http://127.0.0.1:9',
      GRACEWATCH_CHANNELS: JSON.stringify([{ id: 'licences', kind: 'teams', url: channel.url }]),
      GRACEWATCH_TIMING: JSON.stringify({ groupSeconds: 1, postGapSeconds: 1, retrySeconds: 1 }),
    },
    log: (line) => lines.push(line),
  });
  const url = `http://127.0.0.1:${String(host.port)}`;
  const alerts = async (): Promise<Alert[]> =>
    ((await (await fetch(`${url}/api/alerts?top=1000`)).json()) as { value: Alert[] }).value;
  const report = () =>
    fetch(`${url}/admin/functions/report-poison`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"input":""}',
    });
  try {
    await eventually(async () => {
      const { approximateMessagesCount } = await storage.queue('signals-poison').getProperties();
      return approximateMessagesCount === users.length || undefined;
    });
    // A bad one lies there, too, which nobody has to put back.
    await storage.queue('verdicts-poison').createIfNotExists();
    await storage.queue('verdicts-poison').sendMessage('nothing that anybody can read');
    tables.away = false;

    const settled = await eventually(async () => {
      await report();
      const found = await alerts();
      const losses = found.filter(({ rule }) => rule === 'licence/licence-lost');
      const isTold = losses.every(({ notices }) => notices.some(({ outcome }) => outcome === 'sent'));
      const ofSignals = found.find(({ subject }) => subject.id === 'signals');
      const isOver = ofSignals === undefined || ofSignals.status === 'resolved';
      const ofBad = found.find(({ subject }) => subject.id === 'verdicts');
      return losses.length === users.length && isTold && isOver && ofBad !== undefined ? found : undefined;
    }, 1000);
    const losses = settled.filter(({ rule }) => rule === 'licence/licence-lost');
    expect(losses.map(({ subject }) => subject.id).sort()).toEqual(users);
    for (const { notices } of losses) expect(notices.map(({ reason }) => reason)).toEqual(['opened']);
    expect(settled.find(({ subject }) => subject.id === 'verdicts')).toMatchObject({
      rule: 'operations/poison-message',
      status: 'open',
      facts: { kept: 1 },
    });
    expect(tables.refused).toBeGreaterThan(0);
  } finally {
    await host.stop();
    tables.close();
    await channel.close();
  }
});
