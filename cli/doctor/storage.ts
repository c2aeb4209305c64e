import { randomUUID } from 'node:crypto';
import { deadline, statusOf, type StorageClients } from '../../shared/adapters/storage.ts';
import { storageAnswer } from '../../shared/adapters/storage-answer.ts';
import names from '../../shared/names.json' with { type: 'json' };
import { type StorageService, storageServices } from '../storage/account.ts';
import { storageCode, storageFailure } from '../storage/failure.ts';
import type { Storage } from '../storage/storage.ts';
import { storageTrouble } from '../storage/trouble.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';
import { judgeAccountRoles } from './storage-roles.ts';

type Proof = (clients: StorageClients) => Promise<unknown>;

const receiptOfNothing = Buffer.from('gracewatch-doctor').toString('base64');

/**
 * One thing of each service stands for all, because the roles hold for the whole account. What is removed from a queue or a table to
 * prove that it may be was never there: that takes the same right, leaves nothing behind and disturbs nobody.
 */
const proofs: Readonly<Record<StorageService, { thing: string; read: Proof; write: Proof }>> = {
  blobs: {
    thing: `the container ${names.containers.oversize}`,
    read: async (clients) =>
      storageAnswer(
        'blob',
        await clients.container(names.containers.oversize).getProperties({ abortSignal: deadline() }),
      ),
    write: async (clients) => {
      const blob = clients.container(names.containers.oversize).getBlockBlobClient(`doctor/${randomUUID()}`);
      await blob.uploadData(Buffer.from('written by gracewatch doctor'), { abortSignal: deadline() });
      await blob.deleteIfExists({ abortSignal: deadline() });
    },
  },
  queues: {
    thing: `the queue ${names.queues.collect}`,
    read: async (clients) =>
      storageAnswer(
        'queue',
        await clients.queue(names.queues.collect).getProperties({ abortSignal: deadline() }),
      ),
    write: (clients) =>
      clients
        .queue(names.queues.collect)
        .deleteMessage(randomUUID(), receiptOfNothing, { abortSignal: deadline() }),
  },
  tables: {
    thing: `the table ${names.tables.coverage}`,
    read: (clients) => clients.table(names.tables.coverage).listEntities().byPage({ maxPageSize: 1 }).next(),
    write: (clients) => clients.table(names.tables.coverage).deleteEntity('doctor', randomUUID()),
  },
};

/** Reach and rights of each service, and what the identity of an app in Azure may do. */
export async function examineStorage({ config, storage, inAzure }: Deployment): Promise<Line[]> {
  const account = await storage();
  const services = await Promise.all(storageServices.map((service) => examineService(service, account)));
  if (inAzure === undefined) return services;
  if (config.storage.kind === 'connection-string') return [...services, keyInSettings];
  const { app, accountRoles } = inAzure;
  return [...services, ...judgeAccountRoles(await accountRoles(), account.name, app.identity)];
}

const keyInSettings: Line = {
  subject: 'AzureWebJobsStorage',
  status: 'warn',
  means: 'the app reaches storage with a key that stands in its settings: whoever may read them has all data',
  mend: 'deploy the template, which uses the identity instead',
};

async function examineService(service: StorageService, storage: Storage): Promise<Line> {
  // The SDKs would try again and again, and then tell only that they have given up.
  const asked = await storage.asked(service);
  if (asked.kind === 'unreachable') {
    return { subject: service, ...storageTrouble({ kind: 'unreachable', why: asked.why }, service, storage) };
  }
  const { thing, read, write } = proofs[service];
  // Of a person no more is wanted than that he may read.
  const person = storage.reader.kind === 'person';
  try {
    const found = await proven(read, storage.clients);
    const written = person ? found : await proven(write, storage.clients);
    const missing = found === 'missing' || written === 'missing';
    const rights = person ? 'can be read with your rights' : 'can be read and written';
    const means = missing ? `can be reached; ${thing} is not there yet: the first write makes it` : rights;
    return { subject: service, status: 'ok', means };
  } catch (error) {
    return { subject: service, ...storageTrouble(storageFailure(error), service, storage) };
  }
}

async function proven(proof: Proof, clients: StorageClients): Promise<'done' | 'missing'> {
  try {
    await proof(clients);
    return 'done';
  } catch (error) {
    if (/^(?:Container|Queue|Table)NotFound$/.test(storageCode(error) ?? '')) return 'missing';
    // The right is looked at first, so an answer about the thing that is to be removed proves the right.
    const status = statusOf(error);
    if (status === 404 || status === 400) return 'done';
    throw error;
  }
}
