import type { StoredAlert } from '../alert/alert.ts';
import type { Severity } from '../rules/verdict.ts';
import type { SubjectKind } from '../state/subject.ts';
import type { Actor } from '../ingest/audit-record.ts';
import { carriedOutBy } from '../cause/cause-words.ts';
import type { ContainerStyle } from './adaptive-card.ts';
import type { Telling } from './telling.ts';

/** All wording of cards that does not come from a rule. Nothing here is escaped yet. */

export const tellingWords = {
  opened: 'New',
  reopened: 'Back again',
  worse: 'Worse than before',
  reminder: 'Reminder',
  attributed: 'Now known who did it',
  resolved: 'Resolved',
  escalated: 'Escalated: nobody has acknowledged it',
  'opened-and-resolved': 'Opened and already resolved',
  settled: 'Settled, nothing more will be told',
} as const satisfies Record<Telling, string>;

export const subjectWords = {
  user: 'User',
  group: 'Group',
  sku: 'Product',
  domain: 'Domain',
  tenant: 'Tenant',
  source: 'Source',
  channel: 'Channel',
  queue: 'Queue',
  subscription: 'Subscription',
} as const satisfies Record<SubjectKind, string>;

const severityStyles = {
  critical: 'attention',
  high: 'attention',
  medium: 'warning',
  low: 'emphasis',
} as const satisfies Record<Severity, ContainerStyle>;

/** What is over is green, whatever it was. */
export function cardStyle(severity: Severity, over: boolean): ContainerStyle {
  return over ? 'good' : severityStyles[severity];
}

export function isOver(telling: Telling): boolean {
  return telling === 'resolved' || telling === 'opened-and-resolved' || telling === 'settled';
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the rule calls itself; its id, as it is, where a row of an older version does not say. */
export function ruleTitle(rule: string, title: string | undefined): string {
  return title === undefined || title.trim() === '' ? rule : title;
}

/** Who did it, through what; undefined where no record says so, and where the rule finds nobody's deed. */
export function doerWords(alert: Pick<StoredAlert, 'about' | 'actor' | 'cause' | 'via'>): string | undefined {
  if (alert.about.doer !== true) return undefined;
  const actor = alert.actor ?? alert.cause?.actor;
  const via = alert.via ?? alert.cause?.via;
  const service = alert.cause === undefined ? undefined : carriedOutBy[alert.cause.kind];
  if (actor === undefined) return via === undefined ? service : `somebody through ${via}`;
  return via === undefined ? actorName(actor) : `${actorName(actor)}, through ${via}`;
}

function actorName({ kind, name, id }: Actor): string {
  switch (kind) {
    case 'user':
      return name ?? id ?? 'a user';
    case 'application':
      return `the application ${name ?? id ?? 'without a name'}`;
    case 'group-licensing':
      return 'group licensing';
    case 'system':
      return name ?? 'Microsoft 365 itself';
  }
}
