import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createPoisonTable } from '../../../shared/adapters/poison-table.ts';
import { connectStorage, type StorageClients } from '../../../shared/adapters/storage.ts';
import names from '../../../shared/names.json' with { type: 'json' };
import type { PoisonStore } from '../../../shared/queues/poison-store.ts';
import { unreadableRecord } from '../../../shared/queues/unreadable.ts';
import { Secret } from '../../../shared/secret.ts';
import { alex, contoso, licenceChange } from '../../builders/audit-event.ts';
import { licencesChanged } from '../../builders/audit-record.ts';
import { type Azurite, startAzurite } from '../../builders/azurite.ts';
import { commandLine, type Given, type Ran } from '../../builders/command-line.ts';
import { graphAudit } from '../../builders/raw-audit.ts';

jest.setTimeout(60_000);

let azurite: Azurite;
let storage: StorageClients;
let store: PoisonStore;
const queues = ['signals', 'verdicts'];
const keptAt = '2026-03-01T09:00:00.000Z';
const insertedAt = '2026-03-01T08:58:00.000Z';

beforeAll(async () => {
  azurite = await startAzurite();
  const connectionString = new Secret(azurite.connectionString);
  storage = connectStorage({ kind: 'connection-string', connectionString });
  store = createPoisonTable(
    storage.table(names.tables.poison),
    storage.container(names.containers.poisonBodies),
  );
  for (const queue of queues) await storage.queue(queue).createIfNotExists();
}, 60_000);
afterAll(() => azurite.stop());

beforeEach(async () => {
  await storage.table(names.tables.poison).createTable();
  for await (const { partitionKey = '', rowKey = '' } of storage.table(names.tables.poison).listEntities()) {
    await storage.table(names.tables.poison).deleteEntity(partitionKey, rowKey);
  }
  for (const queue of queues) await storage.queue(queue).clearMessages();
});

const run = (args: string, given: Given = {}): Promise<Ran> =>
  commandLine(['poison', ...args.split(' ').filter((word) => word !== '')], {
    environment: { AzureWebJobsStorage: azurite.connectionString },
    ...given,
  });

const envelope = (items: unknown[], kind = 'audit-records'): string =>
  Buffer.from(JSON.stringify({ v: 1, tenantId: contoso, kind, items })).toString('base64');

async function keep(messageId: string, queue: string, body: string): Promise<void> {
  await store.keep({ queue, messageId, insertedAt, body }, keptAt);
}

async function inQueue(queue: string): Promise<unknown[]> {
  const { receivedMessageItems } = await storage.queue(queue).receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map(({ messageText }) => {
    const text = Buffer.from(messageText, 'base64').toString('utf8');
    return text.startsWith('{') ? (JSON.parse(text) as unknown) : messageText;
  });
}

async function left(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { messageId } of store.listKept()) ids.push(messageId);
  return ids.sort();
}

const loss = licencesChanged(['SPE_E3'], [], {
  id: 'Directory_1',
  target: {
    user: { id: '0b000000-0000-4000-8000-000000000001', upn: 'megan@contoso.com', name: 'Megan Bowen' },
  },
});

describe('poison list', () => {
  test('says that nothing is kept, as text and as an empty list', async () => {
    expect(await run('list')).toMatchObject({ code: 0, err: '' });
    expect((await run('list')).out).toContain('Nothing is kept');
    expect(await run('list --json')).toEqual({ code: 0, out: '[]\n', err: '' });
  });

  test('lists what is kept by queue, and how to put it back', async () => {
    await keep('m1', 'signals', envelope([loss]));
    await keep('m2', 'verdicts', 'nothing\u001b[31m');
    const { code, out } = await run('list');
    expect(code).toBe(0);
    expect(out).toMatch(/signals: 1 message\n {2}m1, 1 March 2026 09:00 UTC, audit-records \(1\), tenant /);
    expect(out).toMatch(
      /verdicts: 1 message\n {2}m2, .*no envelope, names no tenant, 12 bytes, failed as often as it may/,
    );
    expect(out).toContain('npx gracewatch poison replay\n');
    expect(JSON.parse((await run('list --json --queue signals')).out)).toEqual([
      {
        queue: 'signals',
        messageId: 'm1',
        insertedAt,
        keptAt,
        tenantId: contoso,
        kind: 'audit-records',
        items: 1,
        bytes: expect.any(Number),
      },
    ]);
  });
});

describe('poison show', () => {
  test('shows the envelope and ids, and nothing of the body that is anybody’s', async () => {
    await keep(
      '3f2504e0-1',
      'signals',
      envelope([
        loss,
        { subject: { kind: 'user', id: 'alex@contoso.com' }, value: { phone: '+1 425 555 0100' } },
      ]),
    );
    const { code, out } = await run('show 3f25');
    expect(code).toBe(0);
    expect(out).toContain('audit-records, version 1');
    expect(out).toContain('id Directory_1, log entra');
    expect(out).toContain('user.id 0b000000-0000-4000-8000-000000000001');
    expect(out).toContain('subject.id (by UPN)');
    const json = await run('show 3f2504e0-1 --json');
    expect(JSON.parse(json.out)).toMatchObject({
      queue: 'signals',
      reason: 'failed as often as it may',
      carries: { kind: 'audit-records' },
    });
    for (const text of [out, json.out]) expect(text).not.toMatch(/megan|bowen|alex|425|SPE_E3/i);
  });

  test('names what is wrong', async () => {
    await keep('aa1', 'signals', envelope([]));
    await keep('aa2', 'signals', envelope([]));
    expect(await run('show zz')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no message zz is kept'),
    });
    expect(await run('show aa')).toMatchObject({
      code: 2,
      err: expect.stringContaining('2 kept messages begin with aa'),
    });
    expect(await run('show')).toMatchObject({
      code: 2,
      err: expect.stringContaining('needs one message'),
    });
    expect(await run('mend')).toMatchObject({
      code: 2,
      err: expect.stringContaining('poison has no mend'),
    });
    expect(await run('list --dry-run')).toMatchObject({
      code: 2,
      err: expect.stringContaining('takes no --dry-run'),
    });
    expect(await run('--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage: npx gracewatch poison list'),
    });
    const unset = await run('list', { environment: {} });
    expect(unset).toMatchObject({ code: 2, err: expect.stringContaining('AzureWebJobsStorage') });
  });
});

describe('poison replay', () => {
  test('asks nothing, puts all messages back marked as replayed, and has the alert looked at again', async () => {
    await keep('m1', 'signals', envelope([loss]));
    await keep('m2', 'verdicts', 'no envelope');
    const { code, out } = await run('replay');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('2 messages put back') });
    expect(await inQueue('signals')).toEqual([
      {
        v: 1,
        tenantId: contoso,
        kind: 'audit-records',
        items: [JSON.parse(JSON.stringify(loss))],
        replayed: true,
      },
    ]);
    expect(await inQueue('verdicts')).toEqual(['no envelope']);
    expect(await left()).toEqual([]);
    expect((await store.readNotes()).untold.sort()).toEqual(['signals', 'verdicts']);
    expect(await run('replay')).toMatchObject({ code: 0, out: 'Nothing is kept that could be put back.\n' });
  });

  test('of one queue, of one message, or only for show', async () => {
    for (const id of ['m1', 'm2']) await keep(id, 'signals', envelope([loss]));
    await keep('m3', 'verdicts', envelope([]));
    expect((await run('replay --dry-run')).out).toContain('3 messages would be put back; nothing was done');
    expect(await left()).toEqual(['m1', 'm2', 'm3']);
    expect(JSON.parse((await run('replay m1 --json')).out)).toEqual([
      { queue: 'signals', messageId: 'm1', outcome: 'replayed' },
    ]);
    expect((await run('replay --queue signals')).code).toBe(0);
    expect(await left()).toEqual(['m3']);
  });

  test('of a record that could not be read remembers it where this version can, and keeps it where not', async () => {
    const source = 'entra-directory-audits';
    const readable = unreadableRecord(
      contoso,
      source,
      graphAudit({ user: alex, changes: [licenceChange(['SPE_E3'], [])] }),
      insertedAt,
    );
    const damaged = unreadableRecord(contoso, source, { id: 7 }, insertedAt);
    await store.keepAll([readable, damaged], keptAt);
    expect((await run('replay')).code).toBe(0);
    expect(await left()).toHaveLength(2);
    const { code, out } = await run(`replay --queue unreadable-${source}`);
    expect(code).toBe(3);
    expect(out).toContain('1 record cannot be read by this version either');
    expect(await left()).toEqual([damaged.messageId]);
    expect(await inQueue('signals')).toMatchObject([{ kind: 'audit-records', tenantId: contoso }]);
  });
});

describe('poison drop', () => {
  test('asks before, and deletes nothing without the right answer', async () => {
    await keep('m1', 'signals', envelope([loss]));
    expect(await run('drop m1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('give --yes'),
    });
    expect(await run('drop m1', { answers: ['no'] })).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing was deleted'),
    });
    expect(await run('drop')).toMatchObject({ code: 2 });
    expect((await run('drop m1 --dry-run')).out).toContain('1 message would be deleted');
    expect(await left()).toEqual(['m1']);
    expect(await run('drop m1', { answers: ['1'] })).toMatchObject({ code: 0, out: '1 message deleted.\n' });
    expect(await left()).toEqual([]);
    expect(await inQueue('signals')).toEqual([]);
    expect((await store.readNotes()).untold).toEqual(['signals']);
  });

  test('with --yes asks nothing', async () => {
    for (const id of ['m1', 'm2']) await keep(id, 'signals', envelope([]));
    await keep('m3', 'verdicts', envelope([]));
    expect((await run('drop --queue signals --yes')).code).toBe(0);
    expect(await left()).toEqual(['m3']);
  });
});
