import type { FunctionMetadata, RpcRetryContext, RpcTypedData } from './rpc.ts';

/** One run of one function, as the host orders it. */
export interface Invocation {
  id: string;
  functionName: string;
  /** What the trigger brings; its converter in the library makes the first argument of it. */
  input: RpcTypedData;
  triggerMetadata: Record<string, RpcTypedData>;
  retryContext?: RpcRetryContext;
}

export type InvocationResult =
  | { kind: 'succeeded'; returnValue: RpcTypedData | null | undefined }
  | { kind: 'failed'; reason: string; stack?: string };

export type HostToWorker = { kind: 'invoke'; invocation: Invocation } | { kind: 'stop' };

export type WorkerToHost =
  /** Without functions where the app's own code threw while it was loaded: why stands on stderr, as with the real worker. */
  | { kind: 'loaded'; functions: FunctionMetadata[]; threw: boolean }
  /** The app uses something that only the real host has. */
  | { kind: 'unsupported'; reason: string }
  | { kind: 'finished'; id: string; result: InvocationResult }
  | { kind: 'log'; functionName?: string; invocationId?: string; level: string; text: string }
  /** The last word of a worker that ends over an error nobody caught. */
  | { kind: 'crashed'; reason: string };

const kindsToHost: ReadonlySet<unknown> = new Set<WorkerToHost['kind']>([
  'loaded',
  'unsupported',
  'finished',
  'log',
  'crashed',
]);

/** The app runs in the worker and may use the channel for messages of its own; those are nothing to the host. */
export function isFromWorker(message: unknown): message is WorkerToHost {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && kindsToHost.has(message.kind)
  );
}
