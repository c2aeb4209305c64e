import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { supplyCoreModule } from './core-module.ts';
import { invokeFunction, runHooks } from './invoke-function.ts';
import { errorText } from './log-line.ts';
import type { HostToWorker, WorkerToHost } from './worker-messages.ts';

/**
 * The process in which the app runs. It is told what to do over the channel to the host, and has an end of its own: an error that
 * nobody caught takes every invocation in it along, as in Azure (FACTS 11.13). Argument: the path of the bundle.
 */

function tell(message: WorkerToHost, then: () => void = () => undefined): void {
  if (process.connected && process.send !== undefined) {
    process.send(message, undefined, {}, then);
  } else {
    then();
  }
}

// A killed host must not leave its functions running.
process.once('disconnect', () => process.exit(0));

process.on('uncaughtException', (error) => {
  tell({ kind: 'crashed', reason: errorText(error) }, () => process.exit(1));
});

const app = supplyCoreModule((level, _category, text) => {
  tell({ kind: 'log', level, text });
});

/** An app that throws leaves the worker running with nothing in it (FACTS 11.13; the worker's src/startApp.ts). */
async function load(bundlePath: string): Promise<{ threw: boolean }> {
  try {
    createRequire(bundlePath)(bundlePath);
    await runHooks(app, 'appStart', { hookData: {}, functionAppDirectory: dirname(dirname(bundlePath)) });
    return { threw: false };
  } catch (error) {
    app.functions.clear();
    console.error(error instanceof Error ? error.stack : errorText(error));
    return { threw: true };
  }
}

async function handle(message: HostToWorker): Promise<void> {
  switch (message.kind) {
    case 'invoke': {
      const { invocation } = message;
      const result = await invokeFunction(app, invocation, (functionName, invocationId, level, text) => {
        tell({ kind: 'log', functionName, invocationId, level, text });
      });
      tell({ kind: 'finished', id: invocation.id, result });
      return;
    }
    case 'stop': {
      const failure = await runHooks(app, 'appTerminate', { hookData: {} }).catch(errorText);
      if (failure === undefined) {
        process.exit(0);
      }
      tell({ kind: 'log', level: 'error', text: `an appTerminate hook failed: ${failure}` }, () =>
        process.exit(0),
      );
    }
  }
}

process.on('message', (message: HostToWorker) => {
  void handle(message);
});

const loaded = await load(process.argv[2] ?? '');
const capabilities = (await app.programmingModel?.getCapabilities({})) ?? {};
if (capabilities['HttpUri'] === undefined) {
  const functions = [...app.functions.values()].map(({ metadata }) => plain(metadata));
  tell({ kind: 'loaded', functions, ...loaded });
} else {
  const reason = 'app.setup({enableHttpStream: true}) is not supported by the local host';
  tell({ kind: 'unsupported', reason }, () => process.exit(1));
}

/** Metadata may hold functions or class instances of the app; only data crosses to the host. */
function plain<T>(metadata: T): T {
  return JSON.parse(JSON.stringify(metadata)) as T;
}
