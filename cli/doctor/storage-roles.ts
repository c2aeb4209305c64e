import { z } from 'zod';
import type { Az } from '../target/az.ts';
import type { AzureApp } from '../target/target.ts';
import { storageServices } from '../storage/account.ts';
import { appRoles, assignRole } from '../storage/roles.ts';
import type { Line } from './check.ts';

/** What the Azure CLI says of the account, or why it says nothing. */
export type AccountRoles =
  | { kind: 'read'; id: string; sharedKeys: boolean; held: { principalId: string; roleId: string }[] }
  | { kind: 'failed'; reason: string };

const accountSchema = z.object({ id: z.string().min(1), allowSharedKeyAccess: z.boolean().nullish() });
const assignmentsSchema = z.array(z.object({ principalId: z.string(), roleDefinitionId: z.string() }));

/** The roles on the account and on what is above it. */
export async function readAccountRoles(
  az: Az,
  accountName: string,
  subscription: string,
): Promise<AccountRoles> {
  // Goes onto a command line; no storage account has another name.
  if (!/^[a-z0-9]{3,24}$/.test(accountName)) {
    return { kind: 'failed', reason: 'the settings name no storage account of Azure' };
  }
  const shown = await az([
    'storage',
    'account',
    'show',
    '--name',
    accountName,
    '--subscription',
    subscription,
  ]);
  if (shown.kind === 'failed') return shown;
  const account = accountSchema.safeParse(shown.value);
  if (!account.success) return unknownForm('storage account show');
  const { id, allowSharedKeyAccess } = account.data;
  const listed = await az(['role', 'assignment', 'list', '--scope', id, '--include-inherited']);
  if (listed.kind === 'failed') return listed;
  const assignments = assignmentsSchema.safeParse(listed.value);
  if (!assignments.success) return unknownForm('role assignment list');
  const held = assignments.data.map(({ principalId, roleDefinitionId }) => ({
    principalId,
    roleId: roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1).toLowerCase(),
  }));
  return { kind: 'read', id, sharedKeys: allowSharedKeyAccess !== false, held };
}

function unknownForm(command: string): AccountRoles {
  return { kind: 'failed', reason: `az ${command} answered an unknown form` };
}

/** Whether the app's identity may do its work: each role by itself, because none of them includes another. */
export function judgeAccountRoles(
  roles: AccountRoles,
  accountName: string,
  identity: AzureApp['identity'],
): Line[] {
  if (identity === undefined) {
    return [
      {
        subject: 'identity',
        status: 'fail',
        means: 'the app has no user-assigned identity, or several: it cannot use storage without a key',
        mend: 'deploy the template again, which gives it one',
      },
    ];
  }
  if (roles.kind === 'failed') {
    return [
      {
        subject: 'identity',
        status: 'warn',
        means: `which roles the app's identity has on ${accountName} could not be read: ${roles.reason}`,
        mend: `az role assignment list --assignee ${identity.principalId} --all`,
      },
    ];
  }
  const has = new Set(
    roles.held
      .filter(({ principalId }) => principalId.toLowerCase() === identity.principalId.toLowerCase())
      .map(({ roleId }) => roleId),
  );
  const lines = storageServices.map((service): Line => {
    const { name, id } = appRoles[service];
    if (has.has(id)) return { subject: 'identity', status: 'ok', means: `the app has the role ${name}` };
    return {
      subject: 'identity',
      status: 'fail',
      means: `the app lacks the role ${name} on ${accountName}: its ${service} are refused to it`,
      mend: assignRole({ kind: 'principal', principalId: identity.principalId }, name, {
        id: roles.id,
        name: accountName,
      }),
    };
  });
  if (!roles.sharedKeys) return lines;
  const keysOn: Line = {
    subject: 'shared keys',
    status: 'warn',
    means: `${accountName} still takes shared keys: whoever has one needs no role`,
    mend: `az storage account update --name ${accountName} --allow-shared-key-access false`,
  };
  return [...lines, keysOn];
}
