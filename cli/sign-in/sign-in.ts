import type { Environment } from '../../shared/config.ts';
import { visibleText } from '../../shared/deliver/escape.ts';
import { UsageError } from '../arguments.ts';
import { createDirectory } from '../directory/graph-directory.ts';
import { personTokenFor } from '../person-token.ts';
import { cloudOf } from '../target/cloud.ts';
import { settingsHere } from '../target/local-settings.ts';
import { readTarget, TargetUnreachable } from '../target/target.ts';
import type { Workplace } from '../workplace.ts';
import { signInHelp } from './help.ts';
import { readSignInOptions, type SignInOptions } from './options.ts';
import { failureWords, signInDocument, signInText } from './report.ts';
import { type Place, setUpSignIn } from './set-up-sign-in.ts';

/** 0 done, nothing to do, or shown what would be done; 1 refused or not reached; 2 wrong use or settings. */
type ExitCode = 0 | 1 | 2;

/** `gracewatch sign-in`: makes, or checks and corrects, the application that people sign in to. */
export async function signIn(args: readonly string[], workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  try {
    const options = readSignInOptions(args);
    if (options.kind === 'sign-in') return await obey(options, workplace);
    await terminal.out(signInHelp);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof TargetUnreachable)) throw error;
    const hint = error instanceof UsageError ? 'Try: gracewatch sign-in --help\n' : '';
    terminal.err(`gracewatch sign-in: ${visibleText(error.message)}\n${hint}`);
    return 2;
  }
}

async function obey(options: SignInOptions & { kind: 'sign-in' }, workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  const { where, json, ...request } = options;
  const { place, settings } = await lookUp(where, workplace);
  const { graph, authority, credential } = cloudOf(settings);
  const directory = createDirectory({
    endpoint: graph,
    tokenFor: personTokenFor(credential),
    tenantId: place.tenantId,
    onWaiting: (text) => {
      terminal.err(`gracewatch sign-in: ${text}\n`);
    },
  });
  const outcome = await setUpSignIn({ ...request, place, authority }, directory);
  if (outcome.kind !== 'read') {
    terminal.err(`gracewatch sign-in: ${visibleText(failureWords(outcome))}\n`);
    return 1;
  }
  const report = outcome.value;
  await terminal.out(json ? `${JSON.stringify(signInDocument(report), undefined, 2)}\n` : signInText(report));
  return report.results.some((result) => result.outcome.kind === 'failed') ? 1 : 0;
}

/** @throws UsageError, TargetUnreachable */
async function lookUp(
  where: (SignInOptions & { kind: 'sign-in' })['where'],
  workplace: Workplace,
): Promise<{ place: Place; settings: Environment }> {
  switch (where.kind) {
    case 'host': {
      const { hostName, principalId, tenantId } = where;
      const [name = hostName] = hostName.split('.');
      return {
        place: { label: `the app ${name}`, name, hostName, principalId, tenantId, deployedTenants: [] },
        settings: await settingsHere(workplace.environment, workplace.folder),
      };
    }
    case 'app': {
      const { label, app, settings } = await readTarget(where.target, workplace);
      if (app?.identity === undefined) {
        throw new UsageError(
          'the app has no user-assigned identity, or several and none that its settings name: give --host HOSTNAME --identity OBJECT_ID --tenant ID',
        );
      }
      const { name, hostName, tenantId, resourceGroup, identity } = app;
      const { principalId } = identity;
      const deployedTenants = tenantsLetIn(settings);
      return {
        place: {
          label,
          name,
          hostName,
          principalId: principalId.toLowerCase(),
          tenantId,
          deployedTenants,
          resourceGroup,
        },
        settings,
      };
    }
  }
}

/** Who may sign in as the deployment is now (FACTS 11.6). */
function tenantsLetIn(settings: Environment): string[] {
  const list = settings['WEBSITE_AUTH_AAD_ALLOWED_TENANTS'] ?? '';
  return list
    .split(',')
    .map((id) => id.trim().toLowerCase())
    .filter((id) => id !== '');
}
