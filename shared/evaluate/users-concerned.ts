import type { AuditRecord } from '../ingest/audit-record.ts';
import type { AlertStore, TimelineStore } from '../ports.ts';
import type { StoredAlert } from '../alert/alert.ts';
import type { UserToEvaluate } from './look-again.ts';
import { explainingHours } from './read-timeline.ts';

/** The users of whom the records speak, each once. The records must have been stored. */
export async function usersOf(
  tenantId: string,
  records: readonly AuditRecord[],
  store: TimelineStore,
): Promise<string[]> {
  const users = new Set<string>();
  const byName = new Map<string, AuditRecord>();
  for (const record of records) {
    const { id, upn } = record.target.user ?? {};
    if (id !== undefined) users.add(id.toLowerCase());
    else if (upn !== undefined) byName.set(upn.toLowerCase(), record);
  }
  for (const [name, record] of byName) {
    const known = (await store.findUser(tenantId, name)) ?? name;
    users.add(known);
    // A name that two users have had is a subject of its own, and what names nobody else belongs to it.
    if (known !== name && !(await store.readUser(tenantId, known)).some(({ id }) => id === record.id))
      users.add(name);
  }
  return [...users];
}

/** As many as one message is to carry: a bulk change must not make one invocation evaluate a whole tenant. */
const usersInMessage = 100;

/**
 * The users whose open loss still lacks its cause and may have it in these records of groups, in portions. A record that names the
 * user himself needs none of this.
 */
export async function* usersAwaitingGroups(
  tenantId: string,
  records: readonly AuditRecord[],
  alerts: AlertStore,
): AsyncGenerator<UserToEvaluate[]> {
  const ofGroups = records.filter(({ target }) => target.group !== undefined && target.user === undefined);
  if (ofGroups.length === 0) return;
  let portion: UserToEvaluate[] = [];
  const open = alerts.list({
    tenantIds: [tenantId],
    status: ['open', 'acknowledged', 'snoozed'],
    rule: 'licence/licence-lost',
  });
  for await (const alert of open) {
    if (!lacksCause(alert) || !ofGroups.some(({ at }) => mayExplain(at, alert))) continue;
    portion.push({ userId: alert.subject.id, reason: 'group', attempt: 0 });
    if (portion.length === usersInMessage) {
      yield portion;
      portion = [];
    }
  }
  if (portion.length > 0) yield portion;
}

function lacksCause({ cause }: StoredAlert): boolean {
  return cause === undefined || cause.kind === 'pending' || cause.kind === 'not-logged';
}

/** From a day before the first loss to an hour after the last record of the alert: the logs' clocks differ a little. */
function mayExplain(at: string, { happenedAt, evidence }: StoredAlert): boolean {
  const hour = 60 * 60 * 1000;
  const last = Math.max(...[happenedAt, ...evidence.map((each) => each.at)].map(Date.parse));
  return Date.parse(at) >= Date.parse(happenedAt) - explainingHours * hour && Date.parse(at) <= last + hour;
}
