import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';

/** Azurite's own account, published in its documentation; it opens nothing but the emulator. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const services = ['Blob', 'Queue', 'Table'] as const;
type Service = (typeof services)[number];

/** An emulator that never comes up is a failed set-up, not a test that hangs. */
const startLimitMilliseconds = 60_000;

/** A child that outlives a killed test run would hold its ports and memory for ever. */
const endWithParent = 'data:text/javascript,process.on("disconnect",()=>process.exit())';

export interface Azurite {
  /** Blob, queue and table endpoints on loopback. */
  connectionString: string;
  stop(): Promise<void>;
}

/** Storage in memory on free loopback ports. Ask for it once a test file, and use random queue and table names. */
export async function startAzurite(): Promise<Azurite> {
  const script = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js');
  const ports = services.flatMap((service) => [`--${service.toLowerCase()}Port`, '0']);
  const child = fork(
    script,
    ['--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck', '--silent', ...ports],
    { cwd: tmpdir(), execArgv: ['--import', endWithParent], stdio: ['ignore', 'pipe', 'ignore', 'ipc'] },
  );
  const { stdout } = child;
  if (stdout === null) {
    throw new Error('Azurite was started without an output to read its ports from');
  }
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };

  const tooLate = setTimeout(() => child.kill('SIGKILL'), startLimitMilliseconds);
  const endpoints = new Map<Service, string>();
  try {
    for await (const line of createInterface({ input: stdout })) {
      for (const service of services) {
        const endpoint = line.match(
          new RegExp(`${service} service is successfully listening at (http://\\S+)`),
        )?.[1];
        if (endpoint !== undefined) {
          endpoints.set(service, endpoint);
        }
      }
      if (endpoints.size === services.length) {
        break;
      }
    }
  } finally {
    clearTimeout(tooLate);
  }
  if (endpoints.size !== services.length) {
    await stop();
    throw new Error('Azurite ended before it listened');
  }
  stdout.resume();

  const connectionString = [
    'DefaultEndpointsProtocol=http',
    `AccountName=${account}`,
    `AccountKey=${accountKey}`,
    ...[...endpoints].map(([service, endpoint]) => `${service}Endpoint=${endpoint}/${account}`),
  ].join(';');
  return { connectionString, stop };
}
