import type { Environment } from '../../shared/config.ts';
import { visibleText } from '../../shared/text/visible-text.ts';
import { tellingWrongUse } from '../arguments/wrong-use.ts';
import { connectDirectory } from '../directory/connect-directory.ts';
import { failureWords } from '../directory/failure-words.ts';
import { planExitCode } from '../plan/carry-out.ts';
import { cloudOf } from '../target/cloud.ts';
import { findPlace } from '../target/place.ts';
import { jsonText } from '../../shared/json/json-text.ts';
import type { Workplace } from '../workplace.ts';
import { signInHelp } from './help.ts';
import { readSignInOptions, type SignInOptions } from './options.ts';
import { signInDocument, signInText } from './report.ts';
import { setUpSignIn } from './set-up-sign-in.ts';

/** 0 done, nothing to do, or shown what would be done; 1 refused or not reached; 2 wrong use or settings. */
type ExitCode = 0 | 1 | 2;

/** `gracewatch sign-in`: makes, or checks and corrects, the application that people sign in to. */
export function signIn(args: readonly string[], workplace: Workplace): Promise<ExitCode> {
  return tellingWrongUse('sign-in', workplace.terminal, () => obey(readSignInOptions(args), workplace));
}

async function obey(options: SignInOptions, workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  if (options.kind === 'help') {
    await terminal.out(signInHelp);
    return 0;
  }
  const { where, json, ...request } = options;
  const { place, settings } = await findPlace(where, workplace);
  const cloud = cloudOf(settings);
  const directory = connectDirectory(cloud, place.tenantId, 'sign-in', terminal);
  const deployedTenants = where.kind === 'app' ? tenantsLetIn(settings) : [];
  const outcome = await setUpSignIn(
    { ...request, place, deployedTenants, authority: cloud.authority },
    directory,
  );
  if (outcome.kind !== 'read') {
    terminal.err(`gracewatch sign-in: ${visibleText(failureWords(outcome))}\n`);
    return 1;
  }
  const report = outcome.value;
  await terminal.out(json ? `${jsonText(signInDocument(report))}\n` : signInText(report));
  return planExitCode(report);
}

/** Who may sign in as the deployment is now (FACTS 11.6). */
function tenantsLetIn(settings: Environment): string[] {
  const list = settings['WEBSITE_AUTH_AAD_ALLOWED_TENANTS'] ?? '';
  return list
    .split(',')
    .map((id) => id.trim().toLowerCase())
    .filter((id) => id !== '');
}
