import { z } from 'zod';
import { type AlertStatus, alertStatuses, type StoredAlert } from '../alert/alert.ts';
import { acknowledge, reopen, snooze, statusAt } from '../alert/lifecycle.ts';
import { alertView, pageOfAlerts } from '../alert/view.ts';
import type { TenantSettings } from '../config.ts';
import { severities } from '../evaluate/rule.ts';
import type { AlertFilter, AlertStore, Clock } from '../ports.ts';
import { type Answer, jsonAnswer, problem } from './problem.ts';

export interface AlertsPorts {
  alerts: AlertStore;
  clock: Clock;
}

const oneOrMore = <T extends string>(values: readonly T[]) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(values)));

const querySchema = z.strictObject({
  tenant: z.string().optional(),
  status: oneOrMore(alertStatuses).optional(),
  rule: z.string().min(1).optional(),
  severity: oneOrMore(severities).optional(),
  subject: z.string().min(1).optional(),
  top: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().min(1).optional(),
});

/** `GET /api/alerts`: newest `openedAt` first. */
export async function listAlerts(
  query: Readonly<Record<string, string>>,
  tenants: readonly TenantSettings[],
  { alerts, clock }: AlertsPorts,
): Promise<Answer> {
  const parsed = querySchema.safeParse(query);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'query'}: ${issue.message}`);
    return problem(400, 'Bad parameter', issues.join('; '));
  }
  const { tenant, status, rule, severity, subject, top, after } = parsed.data;
  const tenantIds = tenants
    .map(({ id }) => id)
    .filter((id) => tenant === undefined || id === tenant.toLowerCase());
  const filter: AlertFilter = {
    tenantIds,
    ...(status === undefined ? {} : { status: storedStatuses(status) }),
    ...(rule === undefined ? {} : { rule }),
    ...(severity === undefined ? {} : { severity }),
    ...(subject === undefined ? {} : { subjectId: subject.toLowerCase() }),
  };
  const now = clock.now().toISOString();
  const page = await pageOfAlerts(ofStatus(alerts.list(filter), status, now), { top, after }, now);
  return page.kind === 'bad-cursor'
    ? problem(400, 'Bad parameter', 'after: must be the `next` of an earlier answer')
    : jsonAnswer({ value: page.value, ...(page.next === undefined ? {} : { next: page.next }) });
}

/** A snooze ends by the clock, without anybody writing to the alert: what is stored as snoozed may be open. */
function storedStatuses(asked: readonly AlertStatus[]): AlertStatus[] {
  return asked.includes('open') ? [...asked, 'snoozed'] : [...asked];
}

async function* ofStatus(
  alerts: AsyncIterable<StoredAlert>,
  asked: readonly AlertStatus[] | undefined,
  now: string,
): AsyncGenerator<StoredAlert> {
  for await (const alert of alerts) {
    if (asked === undefined || asked.includes(statusAt(alert, now))) yield alert;
  }
}

const idPattern = /^[0-9a-f]{64}$/;

/** `GET /api/alerts/{id}`. */
export async function showAlert(
  id: string,
  tenants: readonly TenantSettings[],
  { alerts, clock }: AlertsPorts,
): Promise<Answer> {
  const found = await findAlert(id, tenants, alerts);
  return found === undefined ? unknownAlert() : jsonAnswer(alertView(found.alert, clock.now().toISOString()));
}

const note = z.string().max(2000).optional();
const commandSchemas = {
  acknowledge: z.strictObject({ note }),
  snooze: z.strictObject({ until: z.iso.datetime({ offset: true }), note }),
  reopen: z.strictObject({ note }),
};

/** `POST /api/alerts/{id}/acknowledge | snooze | reopen`: the answer is the alert as it then is. */
export async function commandAlert(
  id: string,
  command: string,
  body: string,
  tenants: readonly TenantSettings[],
  { alerts, clock }: AlertsPorts,
): Promise<Answer> {
  if (command === 'except') return problem(501, 'Not there yet', 'exceptions are not part of this version');
  if (command !== 'acknowledge' && command !== 'snooze' && command !== 'reopen') {
    return problem(404, 'Unknown command', 'use acknowledge, snooze, except or reopen');
  }
  const input = readBody(body, commandSchemas[command]);
  if (input.kind === 'bad') return problem(400, 'Bad parameter', input.reason);

  for (let attempt = 0; attempt < 5; attempt += 1) {
    const found = await findAlert(id, tenants, alerts);
    if (found === undefined) return unknownAlert();
    const now = clock.now().toISOString();
    const decision = decide(command, input.value, found.alert, now);
    if (decision.kind === 'refused') return problem(409, 'Not possible now', decision.reason);
    if ((await alerts.save(decision.alert, found.version)) === 'saved')
      return jsonAnswer(alertView(decision.alert, now));
  }
  return problem(503, 'Try again', 'the alert is being changed by others at this moment');
}

function decide(
  command: 'acknowledge' | 'snooze' | 'reopen',
  input: { note?: string | undefined; until?: string },
  alert: StoredAlert,
  now: string,
): { kind: 'changed'; alert: StoredAlert } | { kind: 'refused'; reason: string } {
  switch (command) {
    case 'acknowledge':
      return acknowledge(alert, input.note, now);
    case 'snooze':
      return snooze(alert, new Date(input.until ?? '').toISOString(), input.note, now);
    case 'reopen':
      return reopen(alert, input.note, now);
  }
}

function readBody<T>(
  body: string,
  schema: z.ZodType<T>,
): { kind: 'good'; value: T } | { kind: 'bad'; reason: string } {
  let json: unknown;
  try {
    json = body.trim() === '' ? {} : JSON.parse(body);
  } catch {
    return { kind: 'bad', reason: 'the body is not JSON' };
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? { kind: 'good', value: parsed.data }
    : {
        kind: 'bad',
        reason: parsed.error.issues
          .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
          .join('; '),
      };
}

/** An id says nothing of its tenant, so each is asked for the one row. */
async function findAlert(
  id: string,
  tenants: readonly TenantSettings[],
  alerts: AlertStore,
): ReturnType<AlertStore['get']> {
  if (!idPattern.test(id)) return undefined;
  for (const tenant of tenants) {
    const found = await alerts.get(tenant.id, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unknownAlert(): Answer {
  return problem(404, 'Unknown alert', 'no alert has this id');
}
