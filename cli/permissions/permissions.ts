import { visibleText } from '../../shared/deliver/escape.ts';
import { type CredentialSettings, type Environment, readReach, SettingsError } from '../../shared/config.ts';
import { wantedPermissions } from '../../shared/permissions.ts';
import { UsageError } from '../arguments.ts';
import { createDirectory } from '../directory/graph-directory.ts';
import { personTokenFor } from '../person-token.ts';
import { settingsHere } from '../target/local-settings.ts';
import { readTarget, type Target, TargetUnreachable } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import { connectRights } from './connect-rights.ts';
import { grantPermissions, type GrantRequest } from './grant.ts';
import { permissionsHelp } from './help.ts';
import { type PermissionsOptions, readPermissionsOptions } from './options.ts';
import { grantScript } from './script.ts';
import { chosenTenants, seePermissions } from './see-permissions.ts';
import { watchedTenants } from './watched-tenants.ts';

/** 0 fine, 1 something needed is missing, unknown or could not be granted, 2 wrong use or settings. */
type ExitCode = 0 | 1 | 2;

/** `gracewatch permissions [grant|script]`: what Gracewatch needs in each tenant, against what each has granted. */
export async function permissions(args: readonly string[], workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  const complain = (message: string, more = ''): ExitCode => {
    terminal.err(`gracewatch permissions: ${message}\n${more}`);
    return 2;
  };
  try {
    return await obey(readPermissionsOptions(args), workplace);
  } catch (error) {
    if (error instanceof UsageError)
      return complain(visibleText(error.message), 'Try: gracewatch permissions --help\n');
    if (error instanceof TargetUnreachable) return complain(visibleText(error.message));
    if (error instanceof SettingsError)
      return complain(error.message.split('\n').map(visibleText).join('\n  '), 'Try: gracewatch doctor\n');
    throw error;
  }
}

async function obey(options: PermissionsOptions, workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  switch (options.kind) {
    case 'help':
      await terminal.out(permissionsHelp);
      return 0;
    case 'see': {
      const target = await readTarget(options.target, workplace);
      const reach = readReach(target.settings);
      const { credential, endpoints } = reach;
      const tenants = await watchedTenants(target, reach);
      return seePermissions(
        {
          label: target.label,
          tenants: chosenTenants(tenants, options.tenants),
          deployment: {
            credential,
            authority: endpoints.authority,
            ...(target.app === undefined ? {} : { app: target.app }),
          },
          ports: connectRights(target, reach, new Date().toISOString()),
          json: options.json,
        },
        terminal,
      );
    }
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

async function grant(
  { target: values, identity, optional, yes }: PermissionsOptions & { kind: 'grant' },
  workplace: Workplace,
): Promise<ExitCode> {
  const { terminal, environment, folder } = workplace;
  const target = identity === undefined ? await readTarget(values, workplace) : undefined;
  const cloud = cloudOf(target?.settings ?? (await settingsHere(environment, folder)));
  const whom = identity ?? identityOf(target, cloud.credential);
  if (whom === undefined) {
    terminal.err(`gracewatch permissions grant: ${byConsent}\n`);
    return 2;
  }
  const request: GrantRequest = { ...whom, optional, yes, graphEndpoint: cloud.graph };
  const tokenFor = personTokenFor(cloud.credential === 'none' ? 'none' : 'signed-in');
  const directory = createDirectory({
    endpoint: cloud.graph,
    tokenFor,
    tenantId: whom.tenantId,
    onWaiting: (text) => terminal.err(`${text}\n`),
  });
  return grantPermissions(request, { directory, terminal });
}

const byConsent = `this app acts as an application that each tenant consents to, so its rights come with the consent.
npx gracewatch tenants app makes or checks the application and prints the consent link`;

/** Where the directory is. Settings that are here must be right; where there are none it is the public cloud. */
function cloudOf(settings: Environment): {
  graph: string;
  credential: CredentialSettings['kind'] | undefined;
} {
  if (settings['GRACEWATCH_CREDENTIAL'] === undefined)
    return { graph: 'https://graph.microsoft.com', credential: undefined };
  const { credential, endpoints } = readReach(settings);
  return { graph: endpoints.graph, credential: credential.kind };
}

/** The managed identity of the app; undefined where its rights come with consent instead. @throws UsageError */
function identityOf(
  target: Target | undefined,
  credential: CredentialSettings['kind'] | undefined,
): Pick<GrantRequest, 'principalId' | 'tenantId'> | undefined {
  if (credential === 'federated' || credential === 'client-secret') return undefined;
  const app = target?.app;
  if (app?.identity === undefined) {
    throw new UsageError(
      'the app has no user-assigned identity, or several: give --identity OBJECT_ID --tenant ID',
    );
  }
  return { principalId: app.identity.principalId, tenantId: app.tenantId };
}
