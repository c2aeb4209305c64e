import { TableClient } from '@azure/data-tables';
import type { TableServiceClientOptions } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import type { ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import type { QueueClient } from '@azure/storage-queue';
import type { TokenCredential } from '@azure/identity';
import { SettingsError, type SettingProblem, type StorageSettings } from '../config.ts';
import { loadIdentity } from './load-identity.ts';
import { NoStorageAnswer, onlyTableAnswers } from './storage-answer.ts';

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
 * @throws SettingsError for a connection string that lacks a part
 */
export function connectStorage(settings: StorageSettings, credential?: TokenCredential): StorageClients {
  switch (settings.kind) {
    case 'connection-string':
      try {
        return connectByString(settings.connectionString.reveal());
      } catch {
        // The SDKs want more of it than the settings do, say so only when they are made, and name no setting.
        throw new SettingsError([{ setting: 'AzureWebJobsStorage', expected: halfAConnectionString }]);
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

const halfAConnectionString =
  'is not a whole connection string: a part is missing or misspelt; az storage account show-connection-string --name ACCOUNT prints it';

/** What the clients find wrong with the settings. */
export function storageProblems(settings: StorageSettings): readonly SettingProblem[] {
  if (settings.kind === 'identity') return [];
  try {
    connectStorage(settings);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

function connectByString(connectionString: string): StorageClients {
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  // The tables SDK refuses plain http unless told, the other two do not; the emulator speaks only http.
  const table = (name: string): TableClient =>
    TableClient.fromConnectionString(connectionString, name, {
      ...tableOptions,
      allowInsecureConnection: true,
    });
  // It finds out what is missing only when it makes a client.
  table('any');
  return {
    table,
    queue: (name) => queues.getQueueClient(name),
    container: (name) => blobs.getContainerClient(name),
  };
}

/** One identity for all clients, made when the first of them asks for a token. */
function identityOf({ clientId }: { clientId?: string }): TokenCredential {
  let identity: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      identity ??= loadIdentity().then(({ managedIdentity }) => managedIdentity(clientId));
      const made = await identity.catch((error: unknown) => {
        identity = undefined;
        throw error;
      });
      return await made.getToken(scopes, options);
    },
  };
}

/** The HTTP status that a storage call failed with; undefined for anything else, such as a lost connection. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** What the SDKs throw where a request has not been answered, or no token was to be had for it. */
const unansweredErrors = new Set([
  'AbortError',
  'TimeoutError',
  'CredentialUnavailableError',
  'AuthenticationError',
  'CredentialNotLoaded',
]);

/**
 * Whether storage failed, and not what was asked of it: it did not answer, was too busy or broken, or does not let the app in. Looks through
 * what an error was caused by. Other statuses are answers to what was asked, and would be the same in an hour.
 */
export function isStorageFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof NoStorageAnswer || unansweredErrors.has(error.name)) return true;
  if (error.name === 'RestError') {
    const status = statusOf(error);
    return status === undefined || status >= 500 || [401, 403, 408, 429].includes(status);
  }
  const others: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...others].some(isStorageFailure);
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
