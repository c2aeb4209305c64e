import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { createAz } from '../../cli/target/az.ts';
import { runsVersion, sentenceOf, waitForApp } from '../deploy/running-app.ts';
import { waitForFunctions } from '../deploy/wait-for-functions.ts';

/** Outputs of infra/main.bicep and the values of azd itself, as azd hands them to a hook. */
type AzdEnvironment = Readonly<Record<string, string | undefined>>;

/** What is left to do once the code runs, with the commands as they are to be typed. */
export function nextSteps(environment: AzdEnvironment): string {
  const app = `--app ${environment['appName'] ?? 'NAME'} --resource-group ${environment['AZURE_RESOURCE_GROUP'] ?? 'GROUP'}`;
  const steps = [
    [
      'The right to read the tenant. It shows what it would do; with --yes it does it:',
      `npx gracewatch permissions grant ${app}`,
    ],
    ...(environment['SIGN_IN_CLIENT_ID'] === undefined
      ? [
          [
            'Sign-in for the list of alerts; until then it is closed. It shows what it would do, too:',
            `npx gracewatch sign-in ${app}`,
          ],
        ]
      : []),
    ['A Teams channel for the alerts: docs/deploy.md, "Channels".'],
    ['Whether all is well, and what is missing:', `npx gracewatch doctor ${app}`],
  ];
  const numbered = steps.map(([what = '', command], index) => {
    const line = `${String(index + 1)}. ${what}`;
    return command === undefined ? line : `${line}\n     ${command}`;
  });
  return ['What is left to do:', ...numbered].join('\n');
}

async function tellWhatNext(): Promise<number> {
  const { env } = process;
  const manifest = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const hostName = env['hostName'];
  if (hostName === undefined) {
    console.error('azd gave no hostName: run azd provision first');
    return 1;
  }
  const url = `https://${hostName}`;
  const app = {
    name: env['appName'] ?? '',
    resourceGroup: env['AZURE_RESOURCE_GROUP'] ?? '',
    subscription: env['AZURE_SUBSCRIPTION_ID'],
  };
  console.log(`Waiting until Azure lists the functions of ${app.name} …`);
  const patience = { attempts: 20, pauseSeconds: 15 };
  if (!(await waitForFunctions(createAz(env), app, patience, console.log))) return 1;
  console.log(`Waiting until ${url} runs Gracewatch ${version} …`);
  const state = await waitForApp(url, version, patience);
  console.log(`${sentenceOf(url, state)}\n\n${nextSteps(env)}`);
  return runsVersion(state, version) ? 0 : 1;
}

if (import.meta.main) process.exitCode = await tellWhatNext();
