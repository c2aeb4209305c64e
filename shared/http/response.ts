/** What an HTTP function answers; the Functions library takes it as it is. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function json(body: unknown, status = 200): HttpResponse {
  return response(status, 'application/json; charset=utf-8', body);
}

/** An RFC 9457 problem document. `detail` is ours, never text from a tenant or a stack. */
export function problem(status: number, title: string, detail: string): HttpResponse {
  const body = { type: 'about:blank', title, status, detail };
  return response(status, 'application/problem+json; charset=utf-8', body);
}

function response(status: number, contentType: string, body: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}
