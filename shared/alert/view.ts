import { type Alert, shownFields, type StoredAlert } from './alert.ts';
import type { AlertPosition } from './alert-store.ts';
import { statusAt } from './lifecycle.ts';

/** The alert as the API, `--json` and notices show it: what the lifecycle remembers stays inside. */
export function alertView(stored: StoredAlert, now: string): Alert {
  const all = new Map(Object.entries(stored));
  const shown = shownFields.filter((field) => all.has(field)).map((field) => [field, all.get(field)]);
  return {
    ...(Object.fromEntries(shown) as Omit<Alert, 'notices'>),
    status: statusAt(stored, now),
    notices: stored.notices.map(({ channel, reason, at, outcome }) => ({ channel, reason, at, outcome })),
  };
}

/** An opaque text to ask for the page behind a position with: `next` of the API. */
export function cursorOf({ openedAt, id, tenantId }: AlertPosition): string {
  return Buffer.from(JSON.stringify([openedAt, id, tenantId])).toString('base64url');
}

/** Undefined for a text that no page gave. */
export function readCursor(text: string): AlertPosition | undefined {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const position = /^\["([^"\\]+)","([^"\\]+)","([^"\\]+)"\]$/.exec(decoded);
  const [, openedAt, id, tenantId] = position ?? [];
  if (openedAt === undefined || id === undefined || tenantId === undefined) return undefined;
  return Number.isNaN(Date.parse(openedAt)) ? undefined : { openedAt, id, tenantId };
}
