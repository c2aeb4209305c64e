import { readAccess, readStorageSettings, SettingsError } from '../../shared/config.ts';
import type { StorageClients } from '../../shared/adapters/storage.ts';
import { wantedPermissions } from '../../shared/permissions.ts';
import { UsageError } from '../arguments/arguments.ts';
import { tellingWrongUse } from '../arguments/wrong-use.ts';
import { connectDirectory } from '../directory/connect-directory.ts';
import { connectRights } from '../rights/connect-rights.ts';
import { granteeOf } from '../rights/mend.ts';
import { storageOf } from '../storage/storage.ts';
import { chooseTenants } from '../target/choose-tenants.ts';
import { cloudOf } from '../target/cloud.ts';
import { settingsHere } from '../target/local-settings.ts';
import { readTarget, secretPlaceOf, type Target } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import { grantPermissions, type GrantRequest } from './grant.ts';
import { permissionsHelp } from './help.ts';
import { type PermissionsOptions, readPermissionsOptions } from './options.ts';
import { grantScript } from './script.ts';
import { seePermissions } from './see-permissions.ts';
import { watchedTenants } from './watched-tenants.ts';

/** 0 fine, 1 something needed is missing, unknown or could not be granted, 2 wrong use or settings. */
type ExitCode = 0 | 1 | 2;

/** `gracewatch permissions [grant|script]`: what Gracewatch needs in each tenant, against what each has granted. */
export function permissions(args: readonly string[], workplace: Workplace): Promise<ExitCode> {
  return tellingWrongUse('permissions', workplace.terminal, () =>
    obey(readPermissionsOptions(args), workplace),
  );
}

async function obey(options: PermissionsOptions, workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  switch (options.kind) {
    case 'help':
      await terminal.out(permissionsHelp);
      return 0;
    case 'see':
      return see(options, workplace);
    case 'grant':
      return grant(options, workplace);
    case 'script': {
      const { shells, optional, ...filledIn } = options;
      const scripts = shells.map((shell) =>
        grantScript(shell, { ...filledIn, wanted: wantedPermissions(optional) }),
      );
      await terminal.out(scripts.join('\n'));
      return 0;
    }
  }
}

async function see(
  { target: values, tenants: asked, json }: PermissionsOptions & { kind: 'see' },
  workplace: Workplace,
): Promise<ExitCode> {
  const target = await readTarget(values, workplace);
  const access = readAccess(target.settings, secretPlaceOf(target));
  const tenants = await watchedTenants(target, access.tenants);
  const now = new Date().toISOString();
  return seePermissions(
    {
      label: target.label,
      tenants: chooseTenants(tenants, asked),
      grantee: granteeOf(target, access),
      ports: connectRights(target, access, storageWhereUsable(target), now),
      json,
    },
    workplace.terminal,
  );
}

/** Only where nothing else tells is the last collection asked, so wrong settings of storage hinder nothing. */
function storageWhereUsable({ settings, app }: Target): StorageClients | undefined {
  try {
    return storageOf(readStorageSettings(settings), app?.tenantId).clients;
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}

async function grant(
  { target: values, identity, optional, yes }: PermissionsOptions & { kind: 'grant' },
  workplace: Workplace,
): Promise<ExitCode> {
  const { terminal, environment, folder } = workplace;
  const target = identity === undefined ? await readTarget(values, workplace) : undefined;
  const settings = target?.settings ?? (await settingsHere(environment, folder));
  const whom = identity ?? identityOf(target);
  if (whom === undefined) {
    terminal.err(`gracewatch permissions grant: ${byConsent}\n`);
    return 2;
  }
  const cloud = cloudOf(settings);
  const request: GrantRequest = { ...whom, optional, yes, graphEndpoint: cloud.graph };
  const directory = connectDirectory(cloud, whom.tenantId, 'permissions grant', terminal);
  return grantPermissions(request, { directory, terminal });
}

const byConsent = `this app acts as an application that each tenant consents to, so its rights come with the consent.
npx gracewatch tenants app makes or checks the application and prints the consent link`;

/** The managed identity of the app; undefined where its rights come with consent instead. @throws UsageError */
function identityOf(target: Target | undefined): Pick<GrantRequest, 'principalId' | 'tenantId'> | undefined {
  const credential = target?.settings['GRACEWATCH_CREDENTIAL']?.trim();
  if (credential === 'federated' || credential === 'client-secret') return undefined;
  const app = target?.app;
  if (app?.identity === undefined) {
    throw new UsageError(
      'the app has no user-assigned identity, or several: give --identity OBJECT_ID --tenant ID',
    );
  }
  return { principalId: app.identity.principalId, tenantId: app.tenantId };
}
