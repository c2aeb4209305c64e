import Module from 'node:module';
import { hostVersion } from './host-version.ts';
import type { FunctionCallback, FunctionMetadata, ProgrammingModel } from './rpc.ts';

const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation'] as const;
type HookName = (typeof hookNames)[number];
type Hook = (context: object) => unknown;

interface RegisteredFunction {
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

/** What an app has told the worker about itself while it was loaded. */
export interface LoadedApp {
  functions: Map<string, RegisteredFunction>;
  hooks: Record<HookName, Hook[]>;
  programmingModel: ProgrammingModel | undefined;
}

type WorkerLog = (level: string, category: string, text: string) => void;

/**
 * Offers `@azure/functions-core` to whatever is loaded from now on, in the way the real worker does: by standing in front of
 * `require` (azure-functions-nodejs-worker, src/setupCoreModule.ts). It is no package, so nothing else can supply it.
 */
export function supplyCoreModule(log: WorkerLog): LoadedApp {
  const app: LoadedApp = {
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [] },
    programmingModel: undefined,
  };
  const core = {
    version: '3.9.1',
    hostVersion,
    setProgrammingModel: (model: ProgrammingModel) => {
      app.programmingModel = model;
    },
    getProgrammingModel: () => app.programmingModel,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => {
      // The name becomes part of a path and of the host's log.
      if (!/^[a-z][a-z0-9_-]{0,127}$/i.test(metadata.name)) {
        throw new Error(`the function name "${metadata.name}" is not letters, digits, - and _`);
      }
      if (app.functions.has(metadata.name.toLowerCase())) {
        throw new Error(`a function with the name "${metadata.name}" is already registered`);
      }
      app.functions.set(metadata.name.toLowerCase(), { metadata, callback });
      return disposable(() => app.functions.delete(metadata.name.toLowerCase()));
    },
    registerHook: (name: string, hook: Hook) => {
      const known = hookNames.find((hookName) => hookName === name);
      if (known === undefined) {
        throw new RangeError(`unrecognised hook "${name}"`);
      }
      app.hooks[known].push(hook);
      return disposable(() => app.hooks[known].splice(app.hooks[known].indexOf(hook), 1));
    },
    log,
  };
  const modules: { require: (this: unknown, id: string) => unknown } = Module.prototype;
  modules.require = new Proxy(modules.require, {
    apply(require, thisModule, args: [string]): unknown {
      return args[0] === '@azure/functions-core' ? core : Reflect.apply(require, thisModule, args);
    },
  });
  return app;
}

function disposable(dispose: () => unknown): { dispose: () => void } {
  let disposed = false;
  return {
    dispose: () => {
      if (!disposed) {
        disposed = true;
        dispose();
      }
    },
  };
}
