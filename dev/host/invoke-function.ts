import type { LoadedApp } from './core-module.ts';
import { errorText } from './log-line.ts';
import type { CoreInvocationContext } from './rpc.ts';
import type { Invocation, InvocationResult } from './worker-messages.ts';

type InvocationLog = (functionName: string, invocationId: string, level: string, text: string) => void;

/**
 * Runs one invocation in the order of the real worker (src/eventHandlers/InvocationHandler.ts), with the model and the converters
 * of the library: arguments, hooks before, handler, hooks after, response. Never throws: what fails is the result.
 */
export async function invokeFunction(
  app: LoadedApp,
  invocation: Invocation,
  log: InvocationLog,
): Promise<InvocationResult> {
  try {
    return await run(app, invocation, log);
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): InvocationResult {
  const stack = error instanceof Error ? error.stack : undefined;
  return { kind: 'failed', reason: errorText(error), ...(stack === undefined ? {} : { stack }) };
}

async function run(app: LoadedApp, invocation: Invocation, log: InvocationLog): Promise<InvocationResult> {
  const registered = app.functions.get(invocation.functionName.toLowerCase());
  if (registered === undefined || app.programmingModel === undefined) {
    throw new Error(`there is no function ${invocation.functionName}`);
  }
  const { metadata, callback } = registered;
  const trigger = Object.entries(metadata.bindings).find(([, binding]) =>
    /trigger$/i.test(binding.type ?? ''),
  );
  const core: CoreInvocationContext = {
    invocationId: invocation.id,
    request: {
      invocationId: invocation.id,
      inputData: trigger === undefined ? [] : [{ name: trigger[0], data: invocation.input }],
      triggerMetadata: invocation.triggerMetadata,
      ...(invocation.retryContext === undefined ? {} : { retryContext: invocation.retryContext }),
    },
    metadata,
    state: undefined,
    log: (level, _category, text) => {
      log(metadata.name, invocation.id, level, text);
    },
  };
  const model = app.programmingModel.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();

  const hookData = {};
  const before = { hookData, invocationContext: context, functionCallback: callback, inputs };
  await inState(core, 'preInvocationHooks', () => runHooks(app, 'preInvocation', before));

  // A hook may have put other inputs or another handler in place.
  const after: { result: unknown; error: unknown } & Record<string, unknown> = {
    hookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  await inState(core, 'invocation', async () => {
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
  });
  await inState(core, 'postInvocationHooks', () => runHooks(app, 'postInvocation', after));

  if (after.error !== null && after.error !== undefined) {
    return failure(after.error);
  }
  const { returnValue } = await model.getResponse(context, after.result);
  return { kind: 'succeeded', returnValue };
}

async function inState(
  core: CoreInvocationContext,
  state: CoreInvocationContext['state'],
  work: () => Promise<void>,
): Promise<void> {
  core.state = state;
  try {
    await work();
  } finally {
    core.state = undefined;
  }
}

/** In the order of registration; one that throws stops the rest. */
export async function runHooks(
  app: LoadedApp,
  name: keyof LoadedApp['hooks'],
  context: object,
): Promise<void> {
  for (const hook of app.hooks[name]) {
    await hook(context);
  }
}
