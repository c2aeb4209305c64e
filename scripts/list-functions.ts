import { parseArgs } from 'node:util';
import { createAz } from '../cli/target/az.ts';
import { waitForFunctions } from './deploy/wait-for-functions.ts';

/** The last step of a deployment that nothing else of this project ends: by the button, or by a tool of Azure. */
const help = `node scripts/list-functions.ts --app NAME --resource-group GROUP

Has Azure look for the functions of a deployed app until all are listed by name. Until then no trigger
fires: on Flex Consumption it can be so after every deployment.

  --app NAME              the function app (output appName of infra/main.bicep)
  --resource-group GROUP  where it is
  --subscription ID       where it is not the one that az uses
  --pause SECONDS         between two tries (15), of which there are at most 20
  --help                  this text

Exit codes: 0 all are listed, 1 not all, 2 wrong use.`;

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      app: text,
      'resource-group': text,
      subscription: text,
      pause: text,
      help: { type: 'boolean' },
    },
  });
  const { app: name, 'resource-group': resourceGroup, subscription, pause = '15' } = values;
  if (values.help === true) {
    console.log(help);
  } else {
    if (![name, resourceGroup, subscription ?? 'x'].every((given) => /^[\w.-]{1,90}$/.test(given ?? ''))) {
      throw new TypeError('--app and --resource-group are needed, each a name (--help says more)');
    }
    if (!/^\d+(?:\.\d+)?$/.test(pause)) throw new TypeError('--pause is a number of seconds');
    const app = { name: name ?? '', resourceGroup: resourceGroup ?? '', subscription };
    const patience = { attempts: 20, pauseSeconds: Number(pause) };
    process.exitCode = (await waitForFunctions(createAz(process.env), app, patience, console.log)) ? 0 : 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
