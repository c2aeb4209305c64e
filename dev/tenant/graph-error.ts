import { randomUUID } from 'node:crypto';
import { type Answer, json } from './answer.ts';

/** One reason within an error; some clients decide by this code and not by the error's own. */
export interface ErrorDetail {
  code: string;
  message: string;
  target: string;
}

/** Graph's error body. */
export function graphError(
  status: number,
  code: string,
  message: string,
  at: number,
  details?: readonly ErrorDetail[],
): Answer {
  const requestId = randomUUID();
  const date = new Date(at).toISOString().slice(0, 19);
  const innerError = { date, 'request-id': requestId, 'client-request-id': requestId };
  const error = { code, message, ...(details === undefined ? {} : { details }), innerError };
  return json(status, { error }, { 'request-id': requestId });
}

export function badRequest(message: string, at: number): Answer {
  return graphError(400, 'Request_BadRequest', message, at);
}

/** @param key the id or alternate key that was asked for */
export function notFound(key: string, at: number): Answer {
  const message = `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`;
  return graphError(404, 'Request_ResourceNotFound', message, at);
}

export function methodNotAllowed(at: number): Answer {
  return graphError(
    405,
    'Request_BadRequest',
    'Specified HTTP method is not allowed for the request target.',
    at,
  );
}
