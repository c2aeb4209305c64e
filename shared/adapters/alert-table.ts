import { odata } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { type AlertStatus, alertStatuses, type StoredAlert } from '../alert/alert.ts';
import { passes } from '../alert/alert-filter.ts';
import {
  type AlertAsRead,
  type AlertFilter,
  type AlertPosition,
  type AlertStore,
  noticesInOneWrite,
} from '../alert/alert-store.ts';
import { severities } from '../rules/verdict.ts';
import type { TenantData } from '../tenants/tenant-store.ts';
import {
  alertFilter,
  alertOf,
  alertRow,
  isLive,
  listChanges,
  listedIn,
  listFilter,
  type ListName,
  noticeChanges,
  placeIn,
} from './alert-rows.ts';
import { forgetRows } from './forget-rows.ts';
import { createLiveTenants } from './live-tenants.ts';
import { merged } from './merged.ts';
import { tableKey } from './table-keys.ts';
import { getRow, listRows, type StoredRow } from './table-rows.ts';
import { submitCreating, type Written, writeRow } from './table-writes.ts';

const tenantsAtOnce = 16;
const mostRowsInRead = 1000;

/** The table `alerts`. Which rows an alert has is said in alert-rows.ts. */
export function createAlertTable(table: TableClient): AlertStore & TenantData {
  const liveTenants = createLiveTenants(table);

  const get = async (tenantId: string, id: string): Promise<AlertAsRead | undefined> => {
    const rows: StoredRow[] = [];
    for await (const row of listRows(table, alertFilter(tenantId, id))) rows.push(row);
    return alertOf(rows, id);
  };

  /** What stands in a list of one tenant, and is let through; its keys are its order. */
  async function* listed({
    tenantId,
    list,
    after,
    filter,
    atOnce,
  }: ListAsked): AsyncGenerator<{ place: string; alert: StoredAlert }> {
    const { prefix, filter: keys } = listFilter(tenantId, list, after);
    for await (const row of listRows(table, `${keys}${columnConditions(filter)}`, {
      ...(atOnce === undefined ? {} : { atOnce }),
    })) {
      const shown = listedIn(row);
      const alert = 'alert' in shown ? shown.alert : (await get(tenantId, shown.apart.id))?.alert;
      if (alert !== undefined && passes(alert, filter)) yield { place: placeIn(prefix, row), alert };
    }
  }

  async function* live(tenantId: string, rule?: string): AsyncGenerator<StoredAlert> {
    const filter = { tenantIds: [tenantId], ...(rule === undefined ? {} : { rule }) };
    const asked = { tenantId, list: 'live' as const, filter };
    for await (const { alert } of listed(asked)) yield alert;
  }

  const hasLive = async (tenantId: string): Promise<boolean> => {
    for await (const _ of listRows(table, listFilter(tenantId, 'live', undefined).filter, { atOnce: 1 }))
      return true;
    return false;
  };

  return {
    get,
    live,

    async save(alert, read) {
      if (isLive(alert) && (read === undefined || !isLive(read.alert)))
        await liveTenants.mark(alert.tenantId);
      const portions = inPortions(noticeChanges(alert, read?.alert.notices ?? []));
      const last = portions.pop() ?? [];
      let version = read?.version;
      for (const portion of portions) {
        if (read === undefined) {
          // Nobody sees notices whose alert is not there; deciding again writes the same rows.
          await submitCreating(table, portion);
          continue;
        }
        const written = await writeAlert(table, read.alert, version, portion);
        if (written.kind !== 'saved') return 'changed';
        version = written.version;
      }
      const written = await writeAlert(table, alert, version, [...listChanges(alert, read?.alert), ...last]);
      return written.kind === 'saved' ? 'saved' : 'changed';
    },

    async list(filter, { top, after }) {
      if (filter.status?.in.length === 0 || filter.severity?.length === 0) return { alerts: [] };
      const all = [...new Set(filter.tenantIds)];
      const lists = listsFor(filter);
      const marks = lists.onlyLive && all.length > 1 ? await liveTenants.read() : undefined;
      const tenantIds = marks === undefined ? all : all.filter((id) => marks.has(id));
      const atOnce = rowsAtOnce(top, tenantIds.length);
      const found = new Set<string>();
      const streams = tenantIds.flatMap((tenantId) =>
        lists.names.map((list) => listed({ tenantId, list, after, filter, atOnce })),
      );
      const page = new Map<string, StoredAlert>();
      let more = false;
      for await (const { alert } of merged(streams, byPlace, tenantsAtOnce)) {
        found.add(alert.tenantId);
        const key = JSON.stringify([alert.tenantId, alert.id]);
        // Resolved between two reads it stands in both lists.
        if (page.has(key)) continue;
        more = page.size === top;
        if (more) break;
        page.set(key, alert);
      }
      const alerts = [...page.values()];
      if (marks !== undefined && after === undefined && !more) {
        const empty = tenantIds.filter((id) => !found.has(id));
        // The answer does not depend on it, and who may only read cannot do it: a later list does.
        await liveTenants.tidy(empty, marks, hasLive).catch(() => undefined);
      }
      const next = more ? alerts.at(-1) : undefined;
      return {
        alerts,
        ...(next === undefined
          ? {}
          : { next: { openedAt: next.openedAt, id: next.id, tenantId: next.tenantId } }),
      };
    },

    async forget(tenantId) {
      const { rows, more } = await forgetRows(table, odata`PartitionKey eq ${tableKey(tenantId)}`);
      return { rows: rows + (more ? 0 : await liveTenants.forget(tenantId)), more };
    },
  };
}

interface ListAsked {
  tenantId: string;
  list: ListName | { subjectId: string };
  filter: AlertFilter;
  after?: AlertPosition | undefined;
  atOnce?: number;
}

type Place = { place: string; alert: StoredAlert };

function byPlace(left: Place, right: Place): number {
  if (left.place !== right.place) return left.place < right.place ? -1 : 1;
  return left.alert.tenantId < right.alert.tenantId ? -1 : 1;
}

/** Which lists of a tenant hold what is asked for. An alert that is resolved meanwhile is met in the second, so that one comes last. */
function listsFor({ status, subjectId }: AlertFilter): { names: ListAsked['list'][]; onlyLive: boolean } {
  const onlyLive = status !== undefined && !status.in.includes('resolved');
  if (subjectId !== undefined) return { names: [{ subjectId }], onlyLive };
  if (onlyLive) return { names: ['live'], onlyLive };
  return {
    names: status?.in.every((name) => name === 'resolved') === true ? ['resolved'] : ['live', 'resolved'],
    onlyLive,
  };
}

/** One more than is shown says whether there is more. Of many tenants each is asked for about its share first. */
function rowsAtOnce(top: number, tenants: number): number {
  const share = tenants <= 1 ? top + 1 : Math.max(20, Math.ceil((2 * (top + 1)) / tenants));
  return Math.min(mostRowsInRead, share);
}

/**
 * What the service can leave out, it leaves out; what it lets through is looked at again by `passes`. So a list that is narrowed by rule or
 * severity takes more reads only where the service says that it has not looked through everything. A filter holds at most 15 comparisons
 * (FACTS 11.7): with its three keys this has at most 12.
 */
function columnConditions({ status, severity, rule }: AlertFilter): string {
  const conditions: string[] = [];
  if (status !== undefined && !alertStatuses.every((name) => status.in.includes(name))) {
    conditions.push(`(${status.in.map((name) => statusCondition(name, status)).join(' or ')})`);
  }
  if (severity !== undefined) {
    const known = severities.filter((name) => severity.includes(name));
    if (known.length < severities.length) {
      conditions.push(`(${known.map((name) => odata`severity eq ${name}`).join(' or ')})`);
    }
  }
  if (rule !== undefined)
    conditions.push(rule.includes('/') ? odata`rule eq ${rule}` : odata`ruleName eq ${rule}`);
  return conditions.map((condition) => ` and ${condition}`).join('');
}

function statusCondition(name: AlertStatus, { in: asked, at }: NonNullable<AlertFilter['status']>): string {
  const snoozed = odata`status eq ${'snoozed'}`;
  // Both together are all that are stored as one of them.
  const both = asked.includes('open') && asked.includes('snoozed');
  const until = new Date(at).toISOString();
  if (name === 'open' && !both) {
    return `${odata`status eq ${'open'}`} or (${snoozed} and ${odata`snoozedUntil le ${until}`})`;
  }
  if (name === 'snoozed' && !both) return `(${snoozed} and ${odata`snoozedUntil gt ${until}`})`;
  return odata`status eq ${name}`;
}

function inPortions(changes: readonly TransactionAction[]): TransactionAction[][] {
  return Array.from({ length: Math.ceil(changes.length / noticesInOneWrite) }, (_, portion) =>
    changes.slice(portion * noticesInOneWrite, (portion + 1) * noticesInOneWrite),
  );
}

/** A row that is to go and is gone already stops nobody: then the alert is written without it. */
async function writeAlert(
  table: TableClient,
  alert: StoredAlert,
  version: string | undefined,
  others: readonly TransactionAction[],
): Promise<Written> {
  const row = alertRow(alert);
  const written = await writeRow(table, row, version, others);
  if (written.kind !== 'missing' || !others.some(([kind]) => kind === 'delete')) return written;
  const there: TransactionAction[] = [];
  for (const action of others) {
    const [kind, { partitionKey, rowKey }] = action;
    const isGone = kind === 'delete' && (await getRow(table, partitionKey, rowKey)) === undefined;
    if (!isGone) there.push(action);
  }
  return writeRow(table, row, version, there);
}
