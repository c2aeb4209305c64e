import type { AlertAsRead, AlertFilter, AlertStore } from '../alert/alert-store.ts';
import type { Alert, AlertStatus, CommandPrincipal, StoredAlert } from '../alert/alert.ts';
import { type ActionOutcome, acknowledge, type Commanded, reopen, snooze } from '../alert/lifecycle.ts';
import { alertView, cursorOf, readCursor } from '../alert/view.ts';
import type { TenantSettings } from '../config.ts';
import type { Clock } from '../ports.ts';
import type { Severity } from '../rules/verdict.ts';

export interface AlertsPorts {
  alerts: AlertStore;
  clock: Clock;
}

/** Which alerts: those that fit all that is given. */
export interface AlertsQuestion {
  tenant?: string;
  status?: readonly AlertStatus[];
  /** With or without its folder. */
  rule?: string;
  severity?: readonly Severity[];
  /** The id of the subject. */
  subject?: string;
  /** So many at most. */
  top: number;
  /** `next` of the page before. */
  after?: string;
}

export type AlertPage = { kind: 'page'; value: Alert[]; next?: string } | { kind: 'bad-cursor' };

/** Newest `openedAt` first. */
export async function listAlerts(
  { tenant, status, rule, severity, subject, top, after }: AlertsQuestion,
  tenants: readonly TenantSettings[],
  { alerts, clock }: AlertsPorts,
): Promise<AlertPage> {
  const position = after === undefined ? undefined : readCursor(after);
  if (after !== undefined && position === undefined) return { kind: 'bad-cursor' };
  const now = clock.now().toISOString();
  const filter: AlertFilter = {
    tenantIds: tenantsNamed(tenant, tenants).map(({ id }) => id),
    ...(status === undefined ? {} : { status: { in: status, at: now } }),
    ...(rule === undefined ? {} : { rule }),
    ...(severity === undefined ? {} : { severity }),
    ...(subject === undefined ? {} : { subjectId: subject }),
  };
  const page = await alerts.list(filter, { top, ...(position === undefined ? {} : { after: position }) });
  return {
    kind: 'page',
    value: page.alerts.map((alert) => alertView(alert, now)),
    ...(page.next === undefined ? {} : { next: cursorOf(page.next) }),
  };
}

export type ShownAlert = { kind: 'alert'; alert: Alert } | { kind: 'unknown-alert' };

/** Which alert is asked for. An id says nothing of its tenant; with `tenant`, as the link on a card has it, one is asked and not all. */
export interface AlertAsked {
  id: string;
  tenant?: string;
}

export async function showAlert(
  asked: AlertAsked,
  tenants: readonly TenantSettings[],
  { alerts, clock }: AlertsPorts,
): Promise<ShownAlert> {
  const found = await findAlert(asked, tenants, alerts);
  return found === undefined
    ? { kind: 'unknown-alert' }
    : { kind: 'alert', alert: alertView(found.alert, clock.now().toISOString()) };
}

/** What a person does about an alert. `until` is ISO 8601 with an offset. */
export type AlertCommand =
  { kind: 'acknowledge' | 'reopen'; note?: string } | { kind: 'snooze'; until: string; note?: string };

/** Who gives a command. */
export interface Commander {
  /** Undefined where nobody is asked who he is. */
  by: CommandPrincipal | undefined;
  /** Whether he may do more than read what this tenant has. */
  mayAct: (tenantId: string) => boolean;
}

export type CommandOutcome =
  /** As it then is. */
  | ShownAlert
  /** As the alert is now; `reason` is ours. */
  | { kind: 'refused'; reason: string }
  /** He may read it and not act on it: nothing was changed. */
  | { kind: 'not-allowed' }
  /** Others were faster every time: nothing was changed. */
  | { kind: 'contended' };

const mostAttempts = 5;

export async function commandAlert(
  asked: AlertAsked,
  command: AlertCommand,
  { by, mayAct }: Commander,
  tenants: readonly TenantSettings[],
  { alerts, clock }: AlertsPorts,
): Promise<CommandOutcome> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const found = await findAlert(asked, tenants, alerts);
    if (found === undefined) return { kind: 'unknown-alert' };
    if (!mayAct(found.alert.tenantId)) return { kind: 'not-allowed' };
    const now = clock.now().toISOString();
    const decision = decide(command, by, found.alert, now);
    if (decision.kind === 'refused') return decision;
    if ((await alerts.save(decision.alert, found)) === 'saved') {
      return { kind: 'alert', alert: alertView(decision.alert, now) };
    }
  }
  return { kind: 'contended' };
}

function decide(command: AlertCommand, by: Commander['by'], alert: StoredAlert, now: string): ActionOutcome {
  const { note } = command;
  const commanded: Commanded = {
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
  };
  switch (command.kind) {
    case 'acknowledge':
      return acknowledge(alert, commanded, now);
    case 'snooze':
      return snooze(alert, new Date(command.until).toISOString(), commanded, now);
    case 'reopen':
      return reopen(alert, commanded, now);
  }
}

const idPattern = /^[0-9a-f]{64}$/;

const tenantsAtOnce = 16;

async function findAlert(
  { id, tenant }: AlertAsked,
  tenants: readonly TenantSettings[],
  alerts: AlertStore,
): Promise<AlertAsRead | undefined> {
  if (!idPattern.test(id)) return undefined;
  const named = tenantsNamed(tenant, tenants);
  for (let start = 0; start < named.length; start += tenantsAtOnce) {
    const some = named.slice(start, start + tenantsAtOnce);
    const reads = await Promise.all(some.map((each) => alerts.get(each.id, id)));
    const found = reads.find((read) => read !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @param id in any case; all where it is undefined */
function tenantsNamed(id: string | undefined, tenants: readonly TenantSettings[]): TenantSettings[] {
  return tenants.filter((tenant) => id === undefined || tenant.id === id.toLowerCase());
}
