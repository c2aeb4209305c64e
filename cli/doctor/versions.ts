import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import type { Az } from '../target/az.ts';
import type { AzureApp } from '../target/target.ts';
import type { Asked } from '../network/ask.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';
import { readHealth } from './public-url.ts';

export async function examineVersions({ az, health, inAzure }: Deployment): Promise<Line[]> {
  const runtime = inAzure === undefined ? undefined : await readRuntime(az, inAzure.app);
  return judgeVersions({
    node: process.version,
    health: await health(),
    ...(runtime === undefined ? {} : { runtime }),
  });
}

/** What runs the app in Azure, or why the Azure CLI does not say. */
export type Runtime = { kind: 'read'; name: string; version: string } | { kind: 'failed'; reason: string };

const runtimeSchema = z.object({ name: z.string(), version: z.string() });

async function readRuntime(az: Az, { name, resourceGroup, subscription }: AzureApp): Promise<Runtime> {
  const outcome = await az([
    ...['functionapp', 'runtime', 'config', 'show'],
    ...['--name', name, '--resource-group', resourceGroup, '--subscription', subscription],
  ]);
  if (outcome.kind === 'failed') return outcome;
  const parsed = runtimeSchema.safeParse(outcome.value);
  return parsed.success
    ? { kind: 'read', ...parsed.data }
    : { kind: 'failed', reason: 'az functionapp runtime config show answered an unknown form' };
}

/** The major that everything is built for and tested with. */
const nodeMajor = manifest.devDependencies.node.split('.')[0] ?? '';

/** This tool, the app, and what each runs on. `node` is such as `v24.1.0`. */
export function judgeVersions(seen: { node: string; health: Asked | undefined; runtime?: Runtime }): Line[] {
  const { node, health, runtime } = seen;
  return [
    { subject: 'this tool', status: 'ok', means: `${manifest.version} on Node ${node.replace(/^v/, '')}` },
    ...(health === undefined ? [] : judgeApp(readHealth(health)?.version)),
    ...(runtime === undefined ? [] : [judgeRuntime(runtime)]),
  ];
}

function judgeApp(version: string | undefined): Line[] {
  // That it does not answer is told by the line of /api/health.
  if (version === undefined) return [];
  if (version === manifest.version) return [{ subject: 'the app', status: 'ok', means: version }];
  return [
    {
      subject: 'the app',
      status: 'warn',
      means: `${version}, and this tool is ${manifest.version}: rows that a newer one writes an older one cannot read, and what is said above may not fit`,
      mend: `git checkout v${version} brings the tool of that version; deploying (docs/deploy.md) brings the app to this one`,
    },
  ];
}

function judgeRuntime(runtime: Runtime): Line {
  const subject = 'what the app runs on';
  if (runtime.kind === 'failed') return { subject, status: 'warn', means: `not known: ${runtime.reason}` };
  const { name, version } = runtime;
  return name === 'node' && version.split('.')[0] === nodeMajor
    ? { subject, status: 'ok', means: `Node ${version}` }
    : {
        subject,
        status: 'fail',
        means: `${name} ${version}, and the package is built for Node ${nodeMajor}`,
        mend: 'deploy the template again, which sets it',
      };
}
