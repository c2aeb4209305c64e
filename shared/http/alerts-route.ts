import { z } from 'zod';
import { alertStatuses } from '../alert/alert.ts';
import {
  type AlertAsked,
  type AlertCommand,
  type AlertsPorts,
  type CommandOutcome,
  commandAlert,
  listAlerts,
  showAlert,
} from '../answer/alerts.ts';
import type { TenantSettings } from '../config.ts';
import { severities } from '../rules/verdict.ts';
import type { Access } from './access.ts';
import { type HttpRequest, readAs, readBody } from './request.ts';
import { type HttpResponse, json, problem } from './response.ts';

/** `/api/alerts`, `/api/alerts/{id}` and `/api/alerts/{id}/{command}`. @param tenants those that he may read */
export async function alertsRoute(
  request: HttpRequest,
  access: Pick<Access, 'by' | 'mayAct'>,
  tenants: readonly TenantSettings[],
  ports: AlertsPorts,
): Promise<HttpResponse> {
  const { method, params } = request;
  const { id = '', command = '' } = params;
  const { tenant } = Object.fromEntries(request.query);
  const asked = { id, ...(tenant === undefined ? {} : { tenant }) };
  if (id === '') {
    return method === 'GET'
      ? list(request, tenants, ports)
      : problem(405, 'Method not allowed', 'the list of alerts is only read');
  }
  if (command === '') {
    return method === 'GET'
      ? alertOr(await showAlert(asked, tenants, ports))
      : problem(405, 'Method not allowed', 'post to /acknowledge, /snooze, /except or /reopen');
  }
  return method === 'POST'
    ? carryOut(asked, command, await request.text(), access, tenants, ports)
    : problem(405, 'Method not allowed', 'a command is posted');
}

const oneOrMore = <T extends string>(values: readonly T[]) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(values)));

const querySchema = z.strictObject({
  tenant: z.string().exactOptional(),
  status: oneOrMore(alertStatuses).exactOptional(),
  rule: z.string().min(1).exactOptional(),
  severity: oneOrMore(severities).exactOptional(),
  subject: z.string().min(1).exactOptional(),
  top: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().min(1).exactOptional(),
});

async function list(
  { query }: HttpRequest,
  tenants: readonly TenantSettings[],
  ports: AlertsPorts,
): Promise<HttpResponse> {
  const question = readAs(querySchema, Object.fromEntries(query), 'query');
  if (question.kind === 'bad') return problem(400, 'Bad parameter', question.reason);
  const page = await listAlerts(question.value, tenants, ports);
  switch (page.kind) {
    case 'page':
      return json({ value: page.value, ...(page.next === undefined ? {} : { next: page.next }) });
    case 'bad-cursor':
      return problem(400, 'Bad parameter', 'after: must be the `next` of an earlier answer');
  }
}

const note = z.string().max(2000).exactOptional();
/** The body of each command; what it becomes. */
const commandSchemas: Record<AlertCommand['kind'], z.ZodType<AlertCommand>> = {
  acknowledge: z.strictObject({ note }).transform((body) => ({ kind: 'acknowledge', ...body })),
  snooze: z
    .strictObject({ until: z.iso.datetime({ offset: true }), note })
    .transform((body) => ({ kind: 'snooze', ...body })),
  reopen: z.strictObject({ note }).transform((body) => ({ kind: 'reopen', ...body })),
};

async function carryOut(
  asked: AlertAsked,
  name: string,
  body: string,
  access: Pick<Access, 'by' | 'mayAct'>,
  tenants: readonly TenantSettings[],
  ports: AlertsPorts,
): Promise<HttpResponse> {
  if (name === 'except') return problem(501, 'Not there yet', 'exceptions are not part of this version');
  if (name !== 'acknowledge' && name !== 'snooze' && name !== 'reopen') {
    return problem(404, 'Unknown command', 'use acknowledge, snooze, except or reopen');
  }
  const command = readBody(commandSchemas[name], body);
  if (command.kind === 'bad') return problem(400, 'Bad parameter', command.reason);
  return alertOr(await commandAlert(asked, command.value, access, tenants, ports));
}

function alertOr(outcome: CommandOutcome): HttpResponse {
  switch (outcome.kind) {
    case 'alert':
      return json(outcome.alert);
    case 'unknown-alert':
      return problem(404, 'Unknown alert', 'no alert has this id');
    case 'refused':
      return problem(409, 'Not possible now', outcome.reason);
    case 'not-allowed':
      return problem(
        403,
        'Not allowed',
        'you may read this tenant and not act on it: that needs the role operator, by GRACEWATCH_ACCESS or as an app role',
      );
    case 'contended':
      return problem(503, 'Try again', 'the alert is being changed by others at this moment');
  }
}
