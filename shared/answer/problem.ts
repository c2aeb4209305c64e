/** What an HTTP function answers; the function turns it into a response. */
export interface Answer {
  status: number;
  contentType: string;
  body: string;
}

export function jsonAnswer(body: unknown, status = 200): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

/** An RFC 9457 problem document. `detail` is ours, never text from a tenant or a stack. */
export function problem(status: number, title: string, detail?: string): Answer {
  const body = { type: 'about:blank', title, status, ...(detail === undefined ? {} : { detail }) };
  return { status, contentType: 'application/problem+json; charset=utf-8', body: JSON.stringify(body) };
}
