import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type RunningHost, startHost } from '../../dev/host/start-host.ts';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Queue settings with which a test need not wait. */
export const quickQueues = {
  batchSize: 8,
  newBatchThreshold: 4,
  maxDequeueCount: 3,
  visibilityTimeout: '00:00:00',
  maxPollingInterval: '00:00:00.100',
  messageEncoding: 'base64',
};

export interface FunctionApp {
  root: string;
  /** For the environment of the app: where `note(value)` in its source writes to. */
  settings: Record<string, string>;
  /** What the app has noted so far. */
  notes(): unknown[];
  /** Waits until the app has noted so much; the runner's time limit is the only one. */
  untilNotes(count: number): Promise<unknown[]>;
  remove(): void;
}

/**
 * A folder like that of a function app: host.json, package.json, and one bundle that uses the real `@azure/functions`.
 * @param source JavaScript in which `app`, `note(value)` and `sleep(ms)` are known
 */
export function writeFunctionApp(
  source: string,
  queues: Record<string, unknown> = quickQueues,
  logLevel: Record<string, string> = {},
): FunctionApp {
  const root = mkdtempSync(join(tmpdir(), 'gracewatch-app-'));
  const notesPath = join(root, 'notes');
  symlinkSync(modules, join(root, 'node_modules'));
  writeFileSync(
    join(root, 'host.json'),
    JSON.stringify({ version: '2.0', extensions: { queues }, logging: { logLevel } }),
  );
  writeFileSync(join(root, 'package.json'), JSON.stringify({ main: 'main.cjs' }));
  appendFileSync(notesPath, '');
  writeFileSync(
    join(root, 'main.cjs'),
    `const { app } = require('@azure/functions');
     const note = (value) => require('node:fs').appendFileSync(process.env.NOTES, JSON.stringify(value ?? null) + '\\n');
     const sleep = require('node:timers/promises').setTimeout;
     ${source}`,
  );
  const notes = (): unknown[] =>
    existsSync(notesPath)
      ? readFileSync(notesPath, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line): unknown => JSON.parse(line))
      : [];
  return {
    root,
    settings: { NOTES: notesPath },
    notes,
    untilNotes: async (count) => {
      while (notes().length < count) {
        await sleep(20);
      }
      return notes();
    },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface HostedApp extends FunctionApp {
  host: RunningHost;
  url: string;
  /** Lines of the host's log. */
  lines: string[];
  /** Stops the host and removes the folder. */
  stop(): Promise<void>;
}

const hosted = new Set<HostedApp>();

/** For `afterEach` or `afterAll`: what a failed test left running would keep the runner from ending. */
export async function stopHostedApps(): Promise<void> {
  await Promise.all([...hosted].map((app) => app.stop()));
}

/** Writes an app and runs it on the local host, on a free port. End with `stopHostedApps`. */
export async function hostApp(
  source: string,
  settings: Record<string, string> = {},
  queues?: Record<string, unknown>,
  logLevel?: Record<string, string>,
  stopLimitMilliseconds?: number,
): Promise<HostedApp> {
  const app = writeFunctionApp(source, queues, logLevel);
  const lines: string[] = [];
  try {
    const host = await startHost({
      port: 0,
      bundlePath: join(app.root, 'main.cjs'),
      hostJsonPath: join(app.root, 'host.json'),
      settings: { ...app.settings, ...settings },
      log: (line) => lines.push(line),
      ...(stopLimitMilliseconds === undefined ? {} : { stopLimitMilliseconds }),
    });
    const running: HostedApp = {
      ...app,
      host,
      url: `http://127.0.0.1:${String(host.port)}`,
      lines,
      stop: async () => {
        hosted.delete(running);
        await host.stop();
        app.remove();
      },
    };
    hosted.add(running);
    return running;
  } catch (error) {
    app.remove();
    throw error;
  }
}
