import { isLoopback } from '../../shared/config-problems.ts';
import { hostOf, unreachableWords } from '../network/unreachable.ts';
import type { StorageAccount, StorageService } from './account.ts';
import type { StorageFailure } from './failure.ts';
import { appRoles, assignRole, readerRoles } from './roles.ts';

/** `warn`: only whoever runs the command is hindered, not the app. */
export interface StorageTrouble {
  status: 'warn' | 'fail';
  /** A sentence without a full stop. */
  means: string;
  /** The command or step that mends it. */
  mend: string;
}

/** What the failure means and what mends it; a right that only the person lacks is no failure of the deployment. */
export function storageTrouble(
  failure: StorageFailure,
  service: StorageService,
  account: StorageAccount,
): StorageTrouble {
  const { name, reader } = account;
  const host = hostOf(account.urls[service]);
  switch (failure.kind) {
    case 'role-missing':
      return reader.kind === 'person'
        ? {
            status: 'warn',
            means: `you may not read the ${service} of ${name}: your account lacks the role ${readerRoles[service]} (being owner does not include it), so this command cannot look there`,
            mend: assignRole(reader, readerRoles[service], account),
          }
        : reader.kind === 'key'
          ? {
              status: 'fail',
              means: `the ${service} of ${name} are refused: the signature in AzureWebJobsStorage does not allow what is needed; an account key would allow all`,
              mend: `az storage account show-connection-string --name ${name} prints one with the key; or a signature with the services blob, queue and table, all resource types and all permissions`,
            }
          : {
              status: 'fail',
              means: `the ${service} of ${name} are refused: the identity lacks the role ${appRoles[service].name}; a new role takes some minutes`,
              mend: assignRole(reader, appRoles[service].name, account),
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
    case 'no-storage-answer':
      return {
        status: reader.kind === 'person' ? 'warn' : 'fail',
        means: `${failure.reason}: something between this machine and ${host} answers in its place, so what is there is not known`,
        mend: 'open a web page here: does the network ask you to sign in? Else a proxy is in between; look from another network',
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
