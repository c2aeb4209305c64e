import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { HostCannotStart } from './host-cannot-start.ts';
import { readConnectionString, type Settings } from './host-settings.ts';

/** Storage is on the same machine: what does not answer soon will not answer. */
const retryOptions = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 };

/** @throws HostCannotStart naming the setting */
export function openQueues(settings: Settings, connection: string | undefined): QueueServiceClient {
  return open(connection, () =>
    QueueServiceClient.fromConnectionString(readConnectionString(settings, connection), { retryOptions }),
  );
}

/** @throws HostCannotStart naming the setting */
export function openBlobs(settings: Settings): BlobServiceClient {
  return open(undefined, () =>
    BlobServiceClient.fromConnectionString(readConnectionString(settings), { retryOptions }),
  );
}

function open<Client>(connection: string | undefined, create: () => Client): Client {
  try {
    return create();
  } catch (error) {
    if (error instanceof HostCannotStart) {
      throw error;
    }
    throw new HostCannotStart(`${connection ?? 'AzureWebJobsStorage'} is no storage connection string`, {
      cause: error,
    });
  }
}

/** @throws HostCannotStart naming the address, never the key or a signature */
export async function reachStorage<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HostCannotStart) {
      throw error;
    }
    throw new HostCannotStart(`storage at ${new URL(url).origin} cannot be used: ${storageProblem(error)}`, {
      cause: error,
    });
  }
}

/** The code of a storage error; its message may hold the request with its signature. */
export function storageProblem(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown error';
  }
  const code: unknown = 'code' in error ? error.code : undefined;
  const status: unknown = 'statusCode' in error ? error.statusCode : undefined;
  return [
    typeof code === 'string' ? code : error.name,
    typeof status === 'number' ? `(${String(status)})` : '',
  ]
    .join(' ')
    .trim();
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === status;
}
