import type { z } from 'zod';

/** What is asked over HTTP; a request of the Functions library is one. */
export interface HttpRequest {
  method: string;
  /** Whole, with the host that was asked. */
  url: string;
  headers: { get(name: string): string | null };
  /** What the route names; empty or absent where the path does not say. */
  params: Readonly<Record<string, string | undefined>>;
  query: Iterable<[string, string]>;
  text(): Promise<string>;
}

export type Read<T> = { kind: 'good'; value: T } | { kind: 'bad'; reason: string };

/** @param whole what is complained of where no single field is wrong */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, whole: string): Read<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'good', value: parsed.data };
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || whole}: ${issue.message}`);
  return { kind: 'bad', reason: issues.join('; ') };
}

/** A body that is not there is an empty object. */
export function readBody<T>(schema: z.ZodType<T>, body: string): Read<T> {
  let value: unknown;
  try {
    value = body.trim() === '' ? {} : JSON.parse(body);
  } catch {
    return { kind: 'bad', reason: 'the body is not JSON' };
  }
  return readAs(schema, value, 'body');
}
