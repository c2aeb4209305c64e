import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { CannotStart } from './cannot-start.ts';
import { endWithParent } from './child.ts';

/** Azurite's own account, published in its documentation; it opens nothing but the emulator. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const services = ['Blob', 'Queue', 'Table'] as const;
type Service = (typeof services)[number];

/** Embedded storage on free loopback ports, its data in `folder`. */
export function startAzurite(folder: string): ChildProcess {
  const script = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
  const ports = services.flatMap((service) => [`--${service.toLowerCase()}Port`, '0']);
  // Without --skipApiVersionCheck it refuses the SDKs' newer versions; with telemetry it would want the internet.
  const flags = ['--location', folder, '--disableTelemetry', '--skipApiVersionCheck', '--silent'];
  return fork(script, [...flags, ...ports], {
    // It writes its data every few seconds and at its end.
    execArgv: endWithParent,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a group of its own: Ctrl-C must not take storage away from functions that still finish their work.
    detached: true,
  });
}

/**
 * Waits until all three services listen.
 * @returns their connection string
 * @throws CannotStart when it ends before
 */
export async function azuriteConnection(child: ChildProcess): Promise<string> {
  const endpoints = await readEndpoints(child);
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${accountKey}`,
    ...services.map((service) => `${service}Endpoint=${endpoints.get(service) ?? ''}/${account}`),
  ].join(';');
}

async function readEndpoints({ stdout, stderr }: ChildProcess): Promise<Map<Service, string>> {
  if (stdout === null || stderr === null) throw new CannotStart('storage was started without an output');
  let complaint = '';
  stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000);
  });
  const endpoints = new Map<Service, string>();
  for await (const line of createInterface({ input: stdout })) {
    for (const service of services) {
      const endpoint = line.match(
        new RegExp(`${service} service is successfully listening at (http://\\S+)`),
      )?.[1];
      if (endpoint !== undefined) endpoints.set(service, endpoint);
    }
    if (endpoints.size === services.length) break;
  }
  if (endpoints.size < services.length) {
    throw new CannotStart(`storage (Azurite) ended before it listened: ${complaint.trim()}`);
  }
  // Leaving the loop paused it, and an output that nobody reads would stop the writer in the end.
  stdout.resume();
  return endpoints;
}
