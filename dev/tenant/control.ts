import { z } from 'zod';
import { type Answer, type Call, empty, json } from './answer.ts';
import { changeTenant, tenantChangeSchema, type TenantParts, tenantState } from './control-tenant.ts';
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

export interface Controlled extends TenantParts {
  faults: Faults;
  story: StoryPlayer;
}

/** Every route here, and what it is for. */
export const controlRoutes: readonly (readonly [route: string, purpose: string])[] = [
  ['POST /control/records', 'lets records arrive in the logs of a tenant, which need not exist'],
  ['GET /control/tenants', 'lists the tenants, as GRACEWATCH_TENANTS takes them'],
  ['GET /control/tenant?tenantId=', 'tells the state of a tenant'],
  ['POST /control/tenant', 'changes it: consent, permissions, premium, concealedNames, contentTypes'],
  ['POST /control/faults', 'lets the next requests that match fail'],
  ['GET /control/faults', 'lists the faults that wait'],
  ['DELETE /control/faults', 'forgets them'],
  ['POST /control/story', 'plays the story of Contoso, from its beginning'],
  ['GET /control/story', 'tells how far it is'],
];

/** What tests and people do to the tenants, under `/control/`; no service of Microsoft looks like this. */
export function createControl(controlled: Controlled): (call: Call) => Answer {
  const { logs, faults, story } = controlled;

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
      case 'GET /control/tenants':
        return json(200, logs.tenants());
      case 'POST /control/tenant':
        return withBody(call, tenantChangeSchema, (change) => changeTenant(controlled, change));
      case 'GET /control/tenant':
        return tenantState(controlled, call.query.get('tenantId'));
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
        return json(404, { error: `use ${controlRoutes.map(([route]) => route).join(', ')}` });
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
