import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { TokenFor } from '../../shared/adapters/credentials.ts';
import { createGraphCalls, pageOf } from '../../shared/adapters/graph.ts';
import { type Answer, errorCode, failureOf, readJson } from '../../shared/adapters/http-answers.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { readPersonToken } from '../person-token.ts';

export interface DirectoryOptions {
  /** Origin, such as `https://graph.microsoft.com`, without version. */
  endpoint: string;
  tokenFor: TokenFor;
  tenantId: string;
  timeoutMilliseconds?: number;
  /** Between two attempts to find what was just made. */
  pause?: (milliseconds: number) => Promise<unknown>;
  /** Told in one line before each such pause. */
  onWaiting?: (text: string) => void;
}

/** The fields that are used of an object of Graph; undefined where it is not such an object. */
type Reading<T> = (value: unknown) => T | undefined;

export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Behind `/v1.0`. */
  path: string;
  body?: unknown;
  prefer?: string;
  /** The directory role that a person needs for it. */
  role: string;
  /** Ids without which it cannot be done: where one was made here a moment ago, the directory may not know it yet. */
  needs?: readonly string[];
  /** Whether a 400 with this message means that all is as it should be. */
  success?: (message: string) => boolean;
}

export interface DirectoryCalls {
  /** An answer of 2xx. */
  exchange(call: Call): Promise<ReadOutcome<Answer>>;
  /** The same where nothing of the answer is wanted. */
  change(call: Call): Promise<ReadOutcome<void>>;
  /** Undefined where it is not there. */
  find<T>(path: string, read: Reading<T>, role: string): Promise<ReadOutcome<T | undefined>>;
  /** All pages. */
  list<T>(path: string, read: Reading<T>, role: string, needs: readonly string[]): Promise<ReadOutcome<T[]>>;
  object<T>(answer: Answer, read: Reading<T>): ReadOutcome<T>;
  /** These were made here just now. */
  remember(...ids: readonly string[]): void;
}

const service = 'Graph';

/** Seconds. What was made is known everywhere after some seconds as a rule, but people report half a minute. */
const pauses = [2, 3, 5, 10, 10, 15, 15];

/** Of the standard size of 100 each; more of anything than a deployment can have. */
const mostPages = 500;

const errorSchema = z.object({
  error: z.object({
    message: z.string().catch(''),
    details: z.array(z.object({ code: z.string().catch('') })).catch([]),
  }),
});

export function createDirectoryCalls(options: DirectoryOptions): DirectoryCalls {
  const { endpoint, tenantId, pause = wait, onWaiting } = options;
  const graph = createGraphCalls({ ...options, readToken: readPersonToken });
  const justMade = new Set<string>();

  const send = ({ method, path, body, prefer }: Call): Promise<ReadOutcome<Answer>> =>
    graph.send(tenantId, {
      method,
      path,
      ...(body === undefined ? {} : { body }),
      ...(prefer === undefined ? {} : { headers: { Prefer: prefer } }),
    });

  const exchange = async (call: Call): Promise<ReadOutcome<Answer>> => {
    const mayBeUnknown = call.needs?.some((id) => justMade.has(id)) === true;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await send(call);
      if (answer.kind !== 'read') return answer;
      const { message, codes } = errorOf(answer.value);
      const { status } = answer.value;
      if (status >= 200 && status < 300) return answer;
      if (status === 400 && call.success?.(message) === true) return answer;
      const seconds = pauses[attempt];
      const unknown =
        status === 404 ||
        codes.includes('NoBackingApplicationObject') ||
        // Of a role that the application has and its service principal does not show yet there is no code, only this sentence.
        message.includes('Permission being assigned was not found');
      if (!mayBeUnknown || !unknown || seconds === undefined) return refusal(answer.value, call.role);
      onWaiting?.(`the directory does not know yet what was just made: looking again in ${seconds} s`);
      await pause(seconds * 1000);
    }
  };

  return {
    exchange,

    async change(call) {
      const answer = await exchange(call);
      return answer.kind === 'read' ? { kind: 'read', value: undefined } : answer;
    },

    async find(path, read, role) {
      const answer = await exchange({ method: 'GET', path, role });
      if (answer.kind === 'refused' && answer.status === 404) return { kind: 'read', value: undefined };
      return answer.kind === 'read' ? objectOf(answer.value, read) : answer;
    },

    async list<T>(path: string, read: Reading<T>, role: string, needs: readonly string[]) {
      const found: T[] = [];
      let next = path;
      for (let pages = 0; pages < mostPages; pages += 1) {
        const answer = await exchange({ method: 'GET', path: next, role, needs });
        if (answer.kind !== 'read') return answer;
        const page = pageOf(endpoint, answer.value);
        if (page.kind !== 'read') return page;
        for (const value of page.value.value) {
          const item = read(value);
          if (item === undefined) return unknownForm;
          found.push(item);
        }
        if (page.value.next === undefined) return { kind: 'read', value: found };
        next = page.value.next;
      }
      return { kind: 'refused', reason: 'Graph gave a list without an end' };
    },

    object: objectOf,

    remember(...ids) {
      for (const id of ids) justMade.add(id);
    },
  };
}

const unknownForm = { kind: 'refused', reason: 'Graph answered an object of an unknown form' } as const;

function objectOf<T>(answer: Answer, read: Reading<T>): ReadOutcome<T> {
  const json = readJson(service, answer);
  if (json.kind !== 'read') return json;
  const value = read(json.value);
  return value === undefined ? unknownForm : { kind: 'read', value };
}

/** Only to decide by: the message quotes what was sent and is told to nobody. */
function errorOf(answer: Answer): { message: string; codes: string[] } {
  if (answer.status < 400) return { message: '', codes: [] };
  const json = readJson(service, answer);
  const error = json.kind === 'read' ? errorSchema.safeParse(json.value).data?.error : undefined;
  return { message: error?.message ?? '', codes: (error?.details ?? []).map(({ code }) => code) };
}

function refusal(answer: Answer, role: string): Exclude<ReadOutcome<never>, { kind: 'read' }> {
  const failure = failureOf(service, answer, errorCode(answer));
  return failure.kind === 'refused' && answer.status === 403 ? { ...failure, permission: role } : failure;
}
