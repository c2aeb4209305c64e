import type { StorageAccount, StorageReader, StorageService } from './account.ts';

/** Roles of the app (FACTS 11.4): the host wants the owner of blobs, the product no more than contributors. */
export const appRoles: Readonly<Record<StorageService, { name: string; id: string }>> = {
  blobs: { name: 'Storage Blob Data Owner', id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' },
  queues: { name: 'Storage Queue Data Contributor', id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88' },
  tables: { name: 'Storage Table Data Contributor', id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' },
};

/** What a person needs to look, and the owner of a subscription does not have by that. */
export const readerRoles: Readonly<Record<StorageService, string>> = {
  blobs: 'Storage Blob Data Reader',
  queues: 'Storage Queue Data Reader',
  tables: 'Storage Table Data Reader',
};

/** What a person needs to write. */
export const writerRoles: Readonly<Record<StorageService, string>> = {
  blobs: 'Storage Blob Data Contributor',
  queues: appRoles.queues.name,
  tables: appRoles.tables.name,
};

type Assignee = StorageReader | { kind: 'principal'; principalId: string };

/** The command that gives a role on the account. In every shell but cmd; the id of the account is asked for where it is not known. */
export function assignRole(
  assignee: Assignee,
  role: string,
  { id, name }: Pick<StorageAccount, 'id' | 'name'>,
): string {
  const scope = id ?? `"$(az storage account show --name ${name} --query id --output tsv)"`;
  return `az role assignment create ${assigneeOption(assignee)} --role "${role}" --scope ${scope}`;
}

function assigneeOption(assignee: Assignee): string {
  switch (assignee.kind) {
    case 'person':
      return '--assignee "$(az ad signed-in-user show --query id --output tsv)"';
    case 'principal':
      return `--assignee-object-id ${assignee.principalId} --assignee-principal-type ServicePrincipal`;
    case 'identity':
      return `--assignee ${assignee.clientId ?? 'CLIENT_ID_OF_THE_IDENTITY'}`;
    case 'key':
      return '--assignee CLIENT_ID_OF_THE_IDENTITY';
  }
}
