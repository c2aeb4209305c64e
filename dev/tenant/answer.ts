/** One HTTP request as the simulated services see it. */
export interface Call {
  method: string;
  /** As it was sent, without the query. */
  path: string;
  query: URLSearchParams;
  /** Scheme, host and port that the caller used: links to further pages stand on it. */
  origin: string;
  authorization: string | undefined;
  /** What the caller would like, as the header `Prefer` says it. */
  prefer?: string | undefined;
  body: Buffer;
}

/** What a service answers. `text` is sent as it is; `json` is serialised. */
export type Answer =
  | { kind: 'json'; status: number; body: unknown; headers?: Record<string, string> }
  | { kind: 'text'; status: number; body: string; type: string; headers?: Record<string, string> }
  | { kind: 'empty'; status: number; headers?: Record<string, string> };

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { kind: 'json', status, body, headers };
}

export function empty(status: number): Answer {
  return { kind: 'empty', status };
}

/** What a network that lets nobody out answers in place of the service: it looks like a success. */
export const proxyPage: Answer = {
  kind: 'text',
  status: 200,
  type: 'text/html; charset=utf-8',
  body: '<!doctype html><title>Sign in</title><p>This network asks you to sign in.</p>',
};

/**
 * The tenant for which a token was given. With credential `none` it is `Bearer none:{tenantId}`;
 * `undefined` for a token that the services would not accept.
 */
export function tenantOfToken(authorization: string | undefined): string | undefined {
  return authorization?.match(/^Bearer none:([\w-]+)$/i)?.[1]?.toLowerCase();
}
