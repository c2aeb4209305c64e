import { RowUnreadable } from '../../shared/adapters/table-rows.ts';
import { isLoopback } from '../../shared/config-problems.ts';
import { asObject } from '../../shared/ingest/json-value.ts';
import { hostOf, type Unreachable, unreachableWords, whyOf } from './ask.ts';
import type { Line } from './check.ts';

export type StorageService = 'blobs' | 'queues' | 'tables';
export const storageServices: readonly StorageService[] = ['blobs', 'queues', 'tables'];

/** With whose rights storage is looked at. */
type StorageReader =
  | { kind: 'key' }
  /** The app's own identity, on a machine that has it. */
  | { kind: 'identity'; clientId?: string }
  /** Whoever runs the command, at the storage of an app in Azure. */
  | { kind: 'person' };

/** What is known of the account without asking it. */
export interface StorageAccount {
  name: string;
  reader: StorageReader;
  /** Without a signature. */
  urls: Readonly<Record<StorageService, string>>;
  /** Resource id, where the Azure CLI told it. */
  id?: string;
}

/** Why a call to storage failed, by what the service and the SDKs say of it. */
export type StorageFailure =
  | { kind: 'role-missing' | 'network-rules' | 'keys-off' | 'not-believed' | 'no-identity' | 'not-signed-in' }
  | { kind: 'unreachable'; why: Unreachable }
  | { kind: 'unreadable-row'; reason: string }
  | { kind: 'unknown'; code: string };

/** Roles of the app (FACTS 11.4): the host wants the owner of blobs, the product no more than contributors. */
export const appRoles: Readonly<Record<StorageService, { name: string; id: string }>> = {
  blobs: { name: 'Storage Blob Data Owner', id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' },
  queues: { name: 'Storage Queue Data Contributor', id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88' },
  tables: { name: 'Storage Table Data Contributor', id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' },
};

/** What a person needs to look, and the owner of a subscription does not have by that. */
const readerRoles: Readonly<Record<StorageService, string>> = {
  blobs: 'Storage Blob Data Reader',
  queues: 'Storage Queue Data Reader',
  tables: 'Storage Table Data Reader',
};

/** @param error what a storage SDK, a credential or `fromRow` threw */
export function storageFailure(error: unknown): StorageFailure {
  if (error instanceof RowUnreadable) return { kind: 'unreadable-row', reason: error.message };
  const code = storageCode(error);
  switch (code) {
    case 'AuthorizationPermissionMismatch':
    case 'InsufficientAccountPermissions':
      return { kind: 'role-missing' };
    case 'AuthorizationFailure':
      return { kind: 'network-rules' };
    case 'KeyBasedAuthenticationNotPermitted':
      return { kind: 'keys-off' };
    case 'AuthenticationFailed':
    case 'InvalidAuthenticationInfo':
    case 'NoAuthenticationInformation':
      return { kind: 'not-believed' };
    case undefined:
      return withoutCode(error);
    default:
      return { kind: 'unknown', code };
  }
}

/** The service's own code. Blobs and queues give it as `code` too, tables only in the details. */
export function storageCode(error: unknown): string | undefined {
  const details = asObject(asObject(error)?.['details']);
  const code = details?.['errorCode'] ?? details?.['code'];
  return typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined;
}

function withoutCode(error: unknown): StorageFailure {
  const name = error instanceof Error ? error.name : '';
  const status = asObject(error)?.['statusCode'];
  if (typeof status === 'number') return { kind: 'unknown', code: String(status) };
  if (name === 'ChainedTokenCredentialUnavailableError' || name === 'AggregateAuthenticationError') {
    return { kind: 'not-signed-in' };
  }
  if (name === 'CredentialUnavailableError' || name === 'AuthenticationError') return { kind: 'no-identity' };
  if (name === 'AbortError' || name === 'TimeoutError') return { kind: 'unreachable', why: 'too-late' };
  return { kind: 'unreachable', why: whyOf(error) };
}

/** What the failure means and what mends it; a right that only the person lacks is no failure of the deployment. */
export function storageTrouble(
  failure: StorageFailure,
  service: StorageService,
  account: StorageAccount,
): Pick<Line, 'status' | 'means' | 'mend'> {
  const { name, reader } = account;
  const host = hostOf(account.urls[service]);
  switch (failure.kind) {
    case 'role-missing':
      return reader.kind === 'person'
        ? {
            status: 'warn',
            means: `you may not read the ${service} of ${name}: your account lacks the role ${readerRoles[service]} (being owner does not include it), so this command cannot look there`,
            mend: assignRole(
              '--assignee "$(az ad signed-in-user show --query id --output tsv)"',
              readerRoles[service],
              account,
            ),
          }
        : {
            status: 'fail',
            means: `the ${service} of ${name} are refused: the identity lacks the role ${appRoles[service].name}; a new role takes some minutes`,
            mend: assignRole(assigneeOf(reader), appRoles[service].name, account),
          };
    case 'network-rules':
      return {
        status: reader.kind === 'person' ? 'warn' : 'fail',
        means: `${host} refuses this machine: the account's network rules do not let it in${reader.kind === 'key' ? ', or the key is of another account' : ''}`,
        mend: `az storage account network-rule list --account-name ${name} says who may; from there, or with this address added, it works`,
      };
    case 'keys-off':
      return {
        status: 'fail',
        means: `${name} takes no shared keys, and AzureWebJobsStorage holds one`,
        mend: `remove AzureWebJobsStorage and set AzureWebJobsStorage__accountName=${name}, so that the identity is used`,
      };
    case 'not-believed':
      return {
        status: 'fail',
        means:
          reader.kind === 'key'
            ? `${host} does not believe the key: it is of another account or was renewed, or the clock of this machine is wrong`
            : `${host} does not believe the token: it is of another tenant than the account's, or the clock of this machine is wrong`,
        mend:
          reader.kind === 'key'
            ? `az storage account show-connection-string --name ${name} prints the right one`
            : 'az account show says which tenant you are signed in to; az login --tenant ID changes it',
      };
    case 'no-identity':
      return {
        status: 'fail',
        means: 'the managed identity is not on this machine: only the app in Azure has it',
        mend: 'npx gracewatch doctor --app NAME --resource-group RG looks at the app from outside',
      };
    case 'not-signed-in':
      return {
        status: 'warn',
        means: 'nobody is signed in, so this command cannot look into storage',
        mend: 'az login',
      };
    case 'unreachable':
      return {
        // Another network may see it; a name that does not exist is seen by none.
        status: reader.kind === 'person' && failure.why !== 'no-such-host' ? 'warn' : 'fail',
        means: `${unreachableWords(host, failure.why)}${failure.why === 'no-such-host' ? ', or the account is deleted' : ''}`,
        mend: mendUnreachable(account, service),
      };
    case 'unreadable-row':
      return {
        status: 'fail',
        means: failure.reason,
        mend: 'npx gracewatch --version is that of this tool; the line of the app is below',
      };
    case 'unknown':
      return {
        status: 'fail',
        means: `${host} answered ${failure.code}`,
        mend: 'try again; where it stays, learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 explains the code',
      };
  }
}

function mendUnreachable({ name, urls, reader }: StorageAccount, service: StorageService): string {
  if (isLoopback(new URL(urls[service]))) {
    return 'start the emulator: npx azurite, or npm start, which has its own';
  }
  return reader.kind === 'key'
    ? 'is AzureWebJobsStorage the connection string of the right account? az storage account list --query "[].name" names them'
    : `is ${name} the right account? az storage account list --query "[].name" names them; where it has a private endpoint, look from within that network`;
}

function assigneeOf(reader: StorageReader): string {
  return `--assignee ${reader.kind === 'identity' ? (reader.clientId ?? 'CLIENT_ID_OF_THE_IDENTITY') : 'CLIENT_ID_OF_THE_IDENTITY'}`;
}

/** In every shell but cmd; the id is asked for where it is not known. */
export function assignRole(
  assignee: string,
  role: string,
  { id, name }: Pick<StorageAccount, 'id' | 'name'>,
): string {
  const scope = id ?? `"$(az storage account show --name ${name} --query id --output tsv)"`;
  return `az role assignment create ${assignee} --role "${role}" --scope ${scope}`;
}
