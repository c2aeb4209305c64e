import { z } from 'zod';
import type { Answer, Call } from '../answer.ts';
import { badRequest } from '../graph-error.ts';

/** Capital letters in ids make no difference. */
export const guid = z.guid().transform((id) => id.toLowerCase());

/** Does something with a body that fits, else refuses it as Graph does: nothing of it is applied. */
export function withBody<T>(call: Call, schema: z.ZodType<T>, at: number, act: (body: T) => Answer): Answer {
  let value: unknown;
  try {
    value = JSON.parse(call.body.toString());
  } catch {
    return badRequest('Unable to read JSON request payload. Please ensure Content-Type header is set.', at);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return act(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    return badRequest(`Invalid property '${issue.keys[0] ?? ''}'.`, at);
  }
  const field = issue?.path.join('.') ?? '';
  return badRequest(`Invalid value specified for property '${field}': ${issue?.message ?? ''}.`, at);
}
