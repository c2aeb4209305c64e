import { HostCannotStart } from './host-cannot-start.ts';
import { resolveSettingNames, type Settings } from './host-settings.ts';
import type { FunctionMetadata, RpcBinding, RpcRetryOptions } from './rpc.ts';
import { parseRoute, type RouteSegment } from './route.ts';

/** A function as the host runs it, by its trigger. */
export type Registration = HttpRegistration | QueueRegistration | TimerRegistration;

export interface HttpRegistration {
  kind: 'http';
  name: string;
  /** In capitals. */
  methods: readonly string[];
  route: readonly RouteSegment[];
  /** Anonymous functions need no key; the local host has no keys that it could accept for the others. */
  anonymous: boolean;
}

interface QueueRegistration {
  kind: 'queue';
  name: string;
  queueName: string;
  /** Name of the setting with the connection string; undefined stands for AzureWebJobsStorage. */
  connection: string | undefined;
}

export interface TimerRegistration {
  kind: 'timer';
  name: string;
  schedule: string;
  runOnStartup: boolean;
  useMonitor: boolean;
  retry: RpcRetryOptions | undefined;
}

/** @throws HostCannotStart naming the function and its binding, when the local host has no such binding or cannot use it */
export function readRegistration(metadata: FunctionMetadata, settings: Settings): Registration {
  const { name } = metadata;
  const bindings = Object.values(metadata.bindings);
  const trigger = bindings.find((binding) => /trigger$/i.test(binding.type ?? ''));
  const other = bindings.find((binding) => binding !== trigger && binding.type?.toLowerCase() !== 'http');
  if (trigger === undefined || other !== undefined) {
    throw new HostCannotStart(unknownBinding(name, other));
  }
  const type = trigger.type?.toLowerCase() ?? '';
  switch (type) {
    case 'httptrigger':
      return {
        kind: 'http',
        name,
        methods: listOfText(trigger['methods']).map((method) => method.toUpperCase()),
        route: parseRoute(text(trigger['route']) ?? name, name),
        anonymous: (text(trigger['authLevel']) ?? 'anonymous').toLowerCase() === 'anonymous',
      };
    case 'queuetrigger': {
      const queueName = text(trigger['queueName']);
      if (queueName === undefined) {
        throw new HostCannotStart(`the function ${name} names no queue`);
      }
      return {
        kind: 'queue',
        name,
        queueName: legalQueueName(resolveSettingNames(queueName, settings, name), name),
        connection: text(trigger['connection']),
      };
    }
    case 'timertrigger': {
      const schedule = text(trigger['schedule']);
      if (schedule === undefined) {
        throw new HostCannotStart(`the function ${name} names no schedule`);
      }
      return {
        kind: 'timer',
        name,
        schedule: resolveSettingNames(schedule, settings, name),
        runOnStartup: trigger['runOnStartup'] === true,
        useMonitor: trigger['useMonitor'] !== false,
        retry: metadata.retryOptions,
      };
    }
    default:
      throw new HostCannotStart(unknownBinding(name, trigger));
  }
}

function unknownBinding(functionName: string, binding: RpcBinding | undefined): string {
  return binding === undefined
    ? `the function ${functionName} has no trigger`
    : `the function ${functionName} uses the binding ${binding.type ?? '(none)'}, which the local host does not have`;
}

/** Rules of the storage service; it answers anything else with a bare 400. */
function legalQueueName(queueName: string, functionName: string): string {
  const name = queueName.toLowerCase();
  if (!/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new HostCannotStart(`the function ${functionName} names the queue "${queueName}": no legal name`);
  }
  return name;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listOfText(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
