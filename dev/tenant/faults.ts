import { z } from 'zod';
import type { Answer } from './answer.ts';
import { activityError } from './activity-api.ts';
import { graphError } from './graph-error.ts';

const where = {
  /** A piece of the path and query, percent-decoded: `/auditLogs/`, `$filter=`, `/teams/licences`. */
  path: z.string().min(1),
  times: z.number().int().positive().default(1),
};

/** What goes wrong with the next requests that match; exactly one of the kinds. */
export const faultSchema = z.union([
  z.strictObject({
    ...where,
    status: z.number().int().min(300).max(599),
    /** Seconds, or an HTTP date. */
    retryAfter: z.union([z.number(), z.string()]).optional(),
    /** The service's own code: `Authorization_RequestDenied`, `AF20023`. */
    code: z.string().optional(),
    message: z.string().optional(),
  }),
  /** The connection is cut before an answer. */
  z.strictObject({ ...where, reset: z.literal(true) }),
  /** No answer ever comes. */
  z.strictObject({ ...where, hang: z.literal(true) }),
  /** The answer ends in the middle, as if it were whole. */
  z.strictObject({ ...where, truncate: z.literal(true) }),
  /** 200 with a page of HTML, as a proxy would. */
  z.strictObject({ ...where, nonJson: z.literal(true) }),
]);
export type Fault = z.infer<typeof faultSchema>;

export interface Faults {
  add(faults: readonly Fault[]): void;
  clear(): void;
  pending(): Fault[];
  /** Uses up one of the first fault that matches. */
  take(pathAndQuery: string): Fault | undefined;
}

export function createFaults(): Faults {
  let pending: Fault[] = [];
  return {
    add(faults) {
      pending.push(...faults);
    },
    clear() {
      pending = [];
    },
    pending: () => pending,
    take(pathAndQuery) {
      const readable = decodeQuery(pathAndQuery);
      const fault = pending.find(({ path }) => readable.includes(path));
      if (fault === undefined) return undefined;
      pending = pending.flatMap((one) => {
        if (one !== fault) return [one];
        return one.times > 1 ? [{ ...one, times: one.times - 1 }] : [];
      });
      return fault;
    },
  };
}

function decodeQuery(pathAndQuery: string): string {
  try {
    return decodeURIComponent(pathAndQuery.replaceAll('+', ' '));
  } catch {
    return pathAndQuery;
  }
}

/** The refusal in the words of the service that was asked. */
export function faultAnswer(fault: Extract<Fault, { status: number }>, path: string, at: number): Answer {
  const message = fault.message ?? 'A fault that was asked for.';
  const answer = path.startsWith('/api/v1.0/')
    ? activityError(fault.status, fault.code ?? (fault.status === 429 ? 'AF429' : 'AF50000'), message)
    : graphError(fault.status, fault.code ?? graphCodes[fault.status] ?? 'UnknownError', message, at);
  if (fault.retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(fault.retryAfter) } };
}

const graphCodes: Record<number, string> = {
  400: 'BadRequest',
  401: 'InvalidAuthenticationToken',
  403: 'Authorization_RequestDenied',
  404: 'Request_ResourceNotFound',
  410: 'ResourceGone',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};
