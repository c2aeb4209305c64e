import type { Alert, StoredAlert } from './alert.ts';
import { statusAt } from './lifecycle.ts';

/** The alert as the API, `--json` and notices show it (DESIGN 8): what the lifecycle remembers stays inside. */
export function alertView(stored: StoredAlert, now: string): Alert {
  const { id, tenantId, rule, severity, episode, subject, title, summary, cause, due } = stored;
  const { happenedAt, openedAt, updatedAt, resolvedAt, actor, mutedBy, facts, evidence, runbook } = stored;
  return {
    id,
    tenantId,
    rule,
    severity,
    status: statusAt(stored, now),
    episode,
    subject,
    title,
    summary,
    ...(cause === undefined ? {} : { cause }),
    ...(due === undefined ? {} : { due }),
    happenedAt,
    openedAt,
    updatedAt,
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
    ...(actor === undefined ? {} : { actor }),
    ...(mutedBy === undefined ? {} : { mutedBy }),
    facts,
    evidence,
    runbook,
    notices: stored.notices.map(({ channel, reason, at, outcome }) => ({ channel, reason, at, outcome })),
  };
}

export type AlertPage = { kind: 'page'; value: Alert[]; next?: string } | { kind: 'bad-cursor' };

type Position = Pick<StoredAlert, 'openedAt' | 'id'>;

/**
 * The first `top` alerts behind `after`, newest `openedAt` first. Reads all of `alerts` and keeps no more than the page.
 * `next` is an opaque text to ask for the page behind; absent on the last one.
 */
export async function pageOfAlerts(
  alerts: AsyncIterable<StoredAlert>,
  { top, after }: { top: number; after?: string | undefined },
  now: string,
): Promise<AlertPage> {
  const start = after === undefined ? undefined : readCursor(after);
  if (after !== undefined && start === undefined) return { kind: 'bad-cursor' };
  const page: StoredAlert[] = [];
  for await (const alert of alerts) {
    if (start !== undefined && !comesBefore(start, alert)) continue;
    const place = page.findIndex((other) => comesBefore(alert, other));
    if (place === -1) page.push(alert);
    else page.splice(place, 0, alert);
    if (page.length > top + 1) page.pop();
  }
  const value = page.slice(0, top);
  const last = value.at(-1);
  return {
    kind: 'page',
    value: value.map((alert) => alertView(alert, now)),
    ...(page.length > top && last !== undefined ? { next: cursorOf(last) } : {}),
  };
}

/** Newest first; of one moment by id, so that no alert is on two pages or on none. */
function comesBefore(left: Position, right: Position): boolean {
  if (left.openedAt !== right.openedAt) return left.openedAt > right.openedAt;
  return left.id < right.id;
}

function cursorOf({ openedAt, id }: Position): string {
  return Buffer.from(JSON.stringify([openedAt, id])).toString('base64url');
}

function readCursor(text: string): Position | undefined {
  const position = /^\["([^"\\]+)","([^"\\]+)"\]$/.exec(Buffer.from(text, 'base64url').toString('utf8'));
  const [, openedAt, id] = position ?? [];
  return openedAt === undefined || id === undefined ? undefined : { openedAt, id };
}
