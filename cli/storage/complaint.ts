import { NoStorageAnswer } from '../../shared/adapters/storage-answer.ts';
import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import { asObject } from '../../shared/json/json-value.ts';
import { type StorageAccount, type StorageService, storageServices } from './account.ts';
import { storageFailure } from './failure.ts';
import { assignRole, writerRoles } from './roles.ts';
import { storageTrouble } from './trouble.ts';

/** Names of the errors that the storage SDK and the credentials throw. */
const storageErrors = new Set([
  'RestError',
  'AggregateAuthenticationError',
  'ChainedTokenCredentialUnavailableError',
  'CredentialUnavailableError',
  'AuthenticationError',
  'AbortError',
  'TimeoutError',
]);

/** Why storage could not be read or written, and what mends it; undefined for an error that is not of storage. */
export function storageComplaint(error: unknown, account: StorageAccount): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const isOwn = error instanceof RowUnreadable || error instanceof NoStorageAnswer;
  if (!isOwn && !storageErrors.has(error.name)) return undefined;
  const failure = storageFailure(error);
  const service = serviceOf(error, account);
  // To read would be too little: these commands write there.
  if (failure.kind === 'role-missing' && account.reader.kind === 'person') {
    const role = writerRoles[service];
    const command = assignRole(account.reader, role, account);
    return `the ${service} of ${account.name} are refused: your account lacks the role ${role} there (being owner does not include it). This gives it, and takes some minutes:\n  ${command}`;
  }
  const { means, mend } = storageTrouble(failure, service, account);
  return `${means}\n  ${mend}`;
}

/** By the address that was asked; most of what commands write stands in tables. */
function serviceOf(error: Error, { urls }: StorageAccount): StorageService {
  const url = asObject(asObject(error)?.['request'])?.['url'];
  return (
    storageServices.find((service) => typeof url === 'string' && url.startsWith(urls[service])) ?? 'tables'
  );
}
