import { NoStorageAnswer } from '../../shared/adapters/storage-answer.ts';
import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import type { StorageAccount } from '../storage/account.ts';
import { storageFailure } from '../storage/failure.ts';
import { appRoles, assignRole } from '../storage/roles.ts';
import { storageTrouble } from '../storage/trouble.ts';

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

/** Why the tables could not be read or written, and what mends it; undefined for an error that is not of storage. */
export function storageComplaint(error: unknown, account: StorageAccount): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const isOwn = error instanceof RowUnreadable || error instanceof NoStorageAnswer;
  if (!isOwn && !storageErrors.has(error.name)) return undefined;
  const failure = storageFailure(error);
  // To read would be too little: add and remove write there.
  if (failure.kind === 'role-missing' && account.reader.kind === 'person') {
    const role = appRoles.tables.name;
    const command = assignRole(account.reader, role, account);
    return `the tables of ${account.name} are refused: your account lacks the role ${role} there (being owner does not include it). This gives it, and takes some minutes:\n  ${command}`;
  }
  const { means, mend } = storageTrouble(failure, 'tables', account);
  return `${means}\n  ${mend}`;
}
