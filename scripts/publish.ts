import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createAz } from '../cli/target/az.ts';
import { askApp, runsVersion, sentenceOf, waitForApp } from './deploy/running-app.ts';
import { upload } from './deploy/upload.ts';
import { waitForFunctions } from './deploy/wait-for-functions.ts';

/**
 * Brings a packaged app to Azure and waits until it answers: what `.github/workflows/deploy.yml` runs. It imports no
 * package, so that a job which may deploy installs nothing.
 */
const help = `node scripts/publish.ts --app NAME --resource-group GROUP --url URL [--zip FILE]

Uploads dist/gracewatch.zip by the Azure CLI, tries again while a new role assignment is not known
everywhere, has Azure look for the functions until all are listed, and then waits until URL/api/health
answers with the version of package.json.

  --app NAME              the function app (output appName of infra/main.bicep)
  --resource-group GROUP  where it is
  --url URL               https://… of the app (output hostName)
  --zip FILE              another zip than dist/gracewatch.zip
  --pause SECONDS         between two tries (30), of which there are at most 20
  --help                  this text

Exit codes: 0 it runs, 1 it does not, 2 wrong use.`;

const root = fileURLToPath(new URL('..', import.meta.url));
const attempts = 20;

function readOptions() {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      app: text,
      'resource-group': text,
      url: text,
      zip: text,
      pause: text,
      help: { type: 'boolean' },
    },
  });
  const { app, 'resource-group': resourceGroup, url, zip, pause = '30' } = values;
  if (values.help === true) return undefined;
  if (!isGiven(app) || !isGiven(resourceGroup) || !isGiven(url) || !URL.canParse(url)) {
    throw new TypeError('--app, --resource-group and --url are needed (--help says more)');
  }
  if (!/^\d+(?:\.\d+)?$/.test(pause)) throw new TypeError('--pause is a number of seconds');
  const file = zip ?? path.join(root, 'dist', 'gracewatch.zip');
  return { app, resourceGroup, url, zip: file, wait: { attempts, pauseSeconds: Number(pause) } };
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

async function publish(options: NonNullable<ReturnType<typeof readOptions>>): Promise<number> {
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const before = await askApp(options.url);
  if (!(await upload(options, options.wait))) {
    console.error(`${options.app} was not deployed; the Azure CLI said why`);
    return 1;
  }
  const app = { name: options.app, resourceGroup: options.resourceGroup };
  if (!(await waitForFunctions(createAz(process.env), app, options.wait, console.log))) return 1;
  const state = await waitForApp(options.url, manifest.version, options.wait);
  console.log(sentenceOf(options.url, state));
  if (runsVersion(state, manifest.version)) {
    if (runsVersion(before, manifest.version)) {
      console.log(
        'It ran that version before, too, so its answer does not tell whether the new code has started.',
      );
    }
    return 0;
  }
  console.error(`that is not ${manifest.version}, which was deployed`);
  return 1;
}

try {
  const options = readOptions();
  if (options === undefined) console.log(help);
  else process.exitCode = await publish(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
