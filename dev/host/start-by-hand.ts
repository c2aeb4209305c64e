import type { StartByHand } from './admin.ts';
import type { Invocations } from './invocations.ts';
import { messageInput, messageMetadata } from './queue-message.ts';
import type { Registration } from './registration.ts';
import type { RpcHttpData } from './rpc.ts';
import type { Timer } from './timer.ts';

/** A message given by hand has no id, a count of 0, and is neither tried again nor moved to poison (FACTS 11.13). */
export function startByHand(
  registrations: readonly Registration[],
  timers: ReadonlyMap<string, Timer>,
  invocations: Invocations,
): StartByHand {
  const byName = new Map(
    registrations.map((registration) => [registration.name.toLowerCase(), registration]),
  );
  return (name) => {
    const registration = byName.get(name);
    if (registration === undefined) {
      return undefined;
    }
    const functionName = registration.name;
    switch (registration.kind) {
      case 'queue':
        return (input) => {
          const triggerMetadata = messageMetadata(input, { dequeueCount: 0 });
          void invocations.run({ functionName, input: messageInput(input), triggerMetadata });
        };
      case 'timer':
        return () => {
          void timers.get(functionName)?.runNow();
        };
      case 'http':
        return (input) => {
          const http = requestByHand(functionName, registration.methods, input);
          void invocations.run({ functionName, input: { http }, triggerMetadata: {} });
        };
    }
  };
}

function requestByHand(name: string, methods: readonly string[], input: string): RpcHttpData {
  return {
    method: methods.includes('POST') ? 'POST' : (methods[0] ?? 'GET'),
    url: `http://127.0.0.1/admin/functions/${name}`,
    headers: {},
    params: {},
    query: {},
    body: { string: input },
  };
}
