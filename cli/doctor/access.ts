import { accessRoles, type AccessGrant, type AccessRole } from '../../shared/config-access.ts';
import type { Config } from '../../shared/config.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { counted } from '../../shared/text/numbers.ts';
import type { Directory } from '../directory/directory.ts';
import { failureWords } from '../directory/failure-words.ts';
import { createDirectory } from '../directory/graph-directory.ts';
import { signInName } from '../directory/sign-in-name.ts';
import { NotSignedIn, personTokenFor } from '../person-token.ts';
import type { Target } from '../target/target.ts';
import type { AppInAzure } from './public-url.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';

/** How many hold each app role of the sign-in app. */
export type Holders = Readonly<Record<AccessRole, number>>;

/** Who may read and act: by the setting, and in Azure by the app roles, which the directory is asked for as the person. */
export async function examineAccess({ target, config, inAzure }: Deployment): Promise<Line[]> {
  const signIn = isSignInOn(target, config) ? 'on' : config.credential.kind === 'none' ? 'not-needed' : 'off';
  const app = inAzure?.app;
  const look = async (): Promise<ReadOutcome<Holders>> => {
    if (app === undefined)
      return { kind: 'refused', reason: 'they stand in the directory, and no app in Azure is named' };
    const directory = createDirectory({
      endpoint: config.endpoints.graph,
      tokenFor: personTokenFor(config.credential.kind === 'none' ? 'none' : 'signed-in'),
      tenantId: app.tenantId,
    });
    try {
      return await countHolders(directory, signInName(app.name));
    } catch (error) {
      if (error instanceof NotSignedIn) return { kind: 'refused', reason: error.message };
      throw error;
    }
  };
  return [judgeAccess(signIn, config.access, signIn === 'on' ? await look() : undefined, app)];
}

/** The platform says it to the app alone; of an app in Azure it shows in what the template sets together with it (FACTS 11.6). */
function isSignInOn({ settings }: Target, { signInEnabled }: Config): boolean {
  return signInEnabled || (settings['WEBSITE_AUTH_AAD_ALLOWED_TENANTS'] ?? '').trim() !== '';
}

export async function countHolders(
  directory: Pick<Directory, 'findApplication' | 'findServicePrincipal' | 'listAppRolesOn'>,
  uniqueName: string,
): Promise<ReadOutcome<Holders>> {
  const nobody: Holders = { reader: 0, operator: 0 };
  const application = await directory.findApplication(uniqueName);
  if (application.kind !== 'read') return application;
  if (application.value === undefined) {
    return { kind: 'refused', reason: `there is no application ${uniqueName} in this tenant` };
  }
  const principal = await directory.findServicePrincipal(application.value.appId);
  if (principal.kind !== 'read') return principal;
  if (principal.value === undefined) return { kind: 'read', value: nobody };
  const { id, appRoles } = principal.value;
  const assigned = await directory.listAppRolesOn(id);
  if (assigned.kind !== 'read') return assigned;
  const held = assigned.value.map(({ appRoleId }) => appRoles.find((role) => role.id === appRoleId)?.value);
  const count = (role: AccessRole): number => held.filter((value) => value === role).length;
  return { kind: 'read', value: { reader: count('reader'), operator: count('operator') } };
}

/** @param holders undefined where sign-in is off */
export function judgeAccess(
  signIn: 'on' | 'off' | 'not-needed',
  access: readonly AccessGrant[],
  holders: ReadOutcome<Holders> | undefined,
  app: AppInAzure | undefined,
): Line {
  if (signIn === 'not-needed') {
    return {
      status: 'ok',
      means: 'whoever is on this machine: with credential none nobody is asked who he is',
    };
  }
  const command = `npx gracewatch sign-in${app === undefined ? '' : ` --app ${app.name} --resource-group ${app.resourceGroup}`}`;
  if (holders === undefined) return notOn(command, app);
  const mend = `${command} --operator OBJECT_ID --yes, or name people in GRACEWATCH_ACCESS (a parameter of the deployment)`;
  const entries = `GRACEWATCH_ACCESS ${access.length === 0 ? 'names nobody' : `has ${counted(access.length, 'entry', 'entries')}`}`;
  if (holders.kind !== 'read') {
    const unseen = `the holders of the app roles are not seen: ${failureWords(holders)}`;
    return access.length === 0
      ? {
          status: 'warn',
          means: `${entries}, and ${unseen}. If nobody holds one, nobody may read anything`,
          mend,
        }
      : { status: 'ok', means: `${entries}; ${unseen}` };
  }
  const { reader, operator } = holders.value;
  const told = `${entries}; app roles: ${accessRoles.map((role) => counted(holders.value[role], role)).join(', ')}`;
  if (access.length + reader + operator === 0) {
    return { status: 'warn', means: `nobody may read or act, although sign-in is on (${told})`, mend };
  }
  if (operator === 0 && access.every(({ role }) => role === 'reader')) {
    return { status: 'warn', means: `nobody may acknowledge, snooze or reopen (${told})`, mend };
  }
  return { status: 'ok', means: told };
}

/** Only the app knows whether the platform's sign-in is on, so no more is said than the settings show. */
function notOn(command: string, app: AppInAzure | undefined): Line {
  return app === undefined
    ? {
        status: 'skip',
        means:
          'the settings here do not say whether sign-in is on: without it nobody reads anything over HTTP',
        mend: 'npx gracewatch doctor --app NAME --resource-group RG looks at the app',
      }
    : {
        status: 'skip',
        means:
          'the deployment has set up no sign-in (WEBSITE_AUTH_AAD_ALLOWED_TENANTS is not set): without it nobody reads anything over HTTP, and cards go on',
        mend: command,
      };
}
