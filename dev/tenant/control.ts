import { z } from 'zod';
import { type Answer, type Call, empty, json } from './answer.ts';
import type { AuditLogs } from './audit-logs.ts';
import { type Faults, faultSchema } from './faults.ts';
import type { StoryPlayer } from './story/play.ts';

const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time');

const recordsSchema = z.strictObject({
  tenantId: z.string().regex(/^[\w-]{1,64}$/, 'must be a tenant id'),
  /** As Graph shows them. */
  entra: z.array(z.looseObject({ id: z.string(), activityDateTime: instant })).default([]),
  /** As the Activity API shows them; Workload decides on the content type. */
  unified: z
    .array(z.looseObject({ Id: z.string(), CreationTime: instant, Workload: z.string().optional() }))
    .default([]),
  /** Seconds until Graph shows them; negative: they came in the past. */
  entraDelay: z.number().optional(),
  /** Seconds until their blobs are created (contentCreated); negative: they came in the past. */
  unifiedDelay: z.number().optional(),
});

const faultsSchema = z.strictObject({ next: z.array(faultSchema).min(1) });

export interface Controlled {
  logs: AuditLogs;
  faults: Faults;
  story: StoryPlayer;
}

/** What tests and people do to the tenant, under `/control/`; no service of Microsoft looks like this. */
export function createControl({ logs, faults, story }: Controlled): (call: Call) => Answer {
  const addRecords = (call: Call): Answer =>
    withBody(call, recordsSchema, ({ tenantId, entraDelay, unifiedDelay, ...records }) => {
      const tenant = logs.of(tenantId) ?? logs.open({ id: tenantId, name: tenantId, domain: 'contoso.com' });
      tenant.deposit({
        ...records,
        ...(entraDelay === undefined ? {} : { entraDelay }),
        ...(unifiedDelay === undefined ? {} : { unifiedDelay }),
      });
      return json(202, { entra: records.entra.length, unified: records.unified.length });
    });

  const addFaults = (call: Call): Answer =>
    withBody(call, faultsSchema, ({ next }) => {
      faults.add(next);
      return json(202, { pending: faults.pending() });
    });

  return (call) => {
    switch (`${call.method} ${call.path}`) {
      case 'POST /control/records':
        return addRecords(call);
      case 'POST /control/faults':
        return addFaults(call);
      case 'GET /control/faults':
        return json(200, { pending: faults.pending() });
      case 'DELETE /control/faults':
        faults.clear();
        return empty(204);
      case 'POST /control/story':
        void story.play();
        return json(202, story.state());
      case 'GET /control/story':
        return json(200, story.state());
      default:
        return json(404, {
          error: 'use POST /control/records, POST | GET | DELETE /control/faults, POST | GET /control/story',
        });
    }
  };
}

function withBody<T>(call: Call, schema: z.ZodType<T>, act: (body: T) => Answer): Answer {
  let value: unknown;
  try {
    value = JSON.parse(call.body.toString());
  } catch {
    return json(400, { error: 'the body is not JSON' });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return json(400, { error: z.prettifyError(parsed.error) });
  return act(parsed.data);
}
