import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { errorCode, errorStatus } from './error-code.ts';
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
  const status = errorStatus(error);
  const code = errorCode(error) ?? 'unknown error';
  return status === undefined ? code : `${code} (${String(status)})`;
}
