import { TableClient } from '@azure/data-tables';
import type { TableServiceClientOptions } from '@azure/data-tables';
import { ManagedIdentityCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import type { ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import type { QueueClient } from '@azure/storage-queue';
import type { TokenCredential } from '@azure/identity';
import type { StorageSettings } from '../config.ts';
import { onlyTableAnswers } from './storage-answer.ts';

export interface StorageClients {
  table(name: string): TableClient;
  queue(name: string): QueueClient;
  container(name: string): ContainerClient;
}

/** How long one storage call may take: without a limit of ours the SDKs wait for ever on a connection that hangs. */
const timeLimitMilliseconds = 30_000;

/** For calls to queues and blobs, whose clients take a limit only with each call; it spans their retries. */
export function deadline(): AbortSignal {
  return AbortSignal.timeout(timeLimitMilliseconds);
}

const tableOptions: TableServiceClientOptions = {
  additionalPolicies: [
    onlyTableAnswers,
    {
      position: 'perRetry',
      policy: {
        name: 'time-limit',
        sendRequest: (request, next) => {
          request.timeout = timeLimitMilliseconds;
          return next(request);
        },
      },
    },
  ],
};

/**
 * The clients of one storage account. Nothing is called here; what is missing is created by the first write to it.
 * `credential` takes the place of the app's own identity: a command has that of the person who runs it.
 */
export function connectStorage(settings: StorageSettings, credential?: TokenCredential): StorageClients {
  switch (settings.kind) {
    case 'connection-string': {
      const connectionString = settings.connectionString.reveal();
      const queues = QueueServiceClient.fromConnectionString(connectionString);
      const blobs = BlobServiceClient.fromConnectionString(connectionString);
      return {
        // The tables SDK refuses plain http unless told, the other two do not; the emulator speaks only http.
        table: (name) =>
          TableClient.fromConnectionString(connectionString, name, {
            ...tableOptions,
            allowInsecureConnection: true,
          }),
        queue: (name) => queues.getQueueClient(name),
        container: (name) => blobs.getContainerClient(name),
      };
    }
    case 'identity': {
      const identity = credential ?? identityOf(settings);
      const queues = new QueueServiceClient(settings.queue, identity);
      const blobs = new BlobServiceClient(settings.blob, identity);
      return {
        table: (name) => new TableClient(settings.table, name, identity, tableOptions),
        queue: (name) => queues.getQueueClient(name),
        container: (name) => blobs.getContainerClient(name),
      };
    }
  }
}

function identityOf({ clientId }: { clientId?: string }): TokenCredential {
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}

/** The HTTP status that a storage call failed with; undefined for anything else, such as a lost connection. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** For work that can meet a 404 only because its table, queue or container is not there yet. */
export async function createdWhenMissing<T>(
  create: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await create();
    return await work();
  }
}
