import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import {
  appRoles,
  assignRole,
  storageFailure,
  storageTrouble,
  type StorageAccount,
} from '../doctor/storage-failure.ts';

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
  if (!(error instanceof RowUnreadable) && !storageErrors.has(error.name)) return undefined;
  const failure = storageFailure(error);
  if (failure.kind === 'role-missing' && account.reader.kind === 'person') {
    const role = appRoles.tables.name;
    const command = assignRole(
      '--assignee "$(az ad signed-in-user show --query id --output tsv)"',
      role,
      account,
    );
    return `the tables of ${account.name} are refused: your account lacks the role ${role} there (being owner does not include it). This gives it, and takes some minutes:\n  ${command}`;
  }
  const { means, mend } = storageTrouble(failure, 'tables', account);
  return mend === undefined ? means : `${means}\n  ${mend}`;
}
