import type { StoredAlert } from '../alert/alert.ts';
import type { Severity, SubjectKind } from '../evaluate/rule.ts';
import type { Actor } from '../ingest/audit-record.ts';
import type { SourceName } from '../timeline/coverage.ts';
import type { CauseKind } from '../timeline/explanation.ts';
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
} as const satisfies Record<Telling, string>;

export const causeWords = {
  'removed-directly': 'removed directly',
  'removed-from-group': 'removed from a group',
  'group-licence-edited': 'licences of a group edited',
  'group-deleted': 'group deleted',
  'group-processing-failed': 'group licensing failed',
  'assignment-failed': 'assignment failed',
  'subscription-lapsed': 'subscription lapsed',
  'account-deleted': 'account deleted',
  'plan-switched-off': 'service plan switched off',
  'moved-between-licences': 'moved between licences',
  'not-logged': 'no record of it in either log',
  pending: 'cause not known yet',
} as const satisfies Record<CauseKind, string>;

export const subjectWords = {
  user: 'User',
  group: 'Group',
  sku: 'Product',
  domain: 'Domain',
  tenant: 'Tenant',
  collector: 'Source',
} as const satisfies Record<SubjectKind, string>;

/** By the names of sources; a source that is not among them is named as it is. */
const sourceWords: Partial<Record<string, string>> = {
  'entra-directory-audits': 'the Entra directory audits',
  'activity-azure-active-directory': 'the unified audit log',
  'activity-exchange': 'the Exchange part of the unified audit log',
} satisfies Record<SourceName, string>;

/** `the Entra directory audits and the unified audit log`. */
export function sourcesInWords(sources: readonly string[]): string {
  const named = sources.map((source) => sourceWords[source] ?? source);
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(named);
}

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
  return telling === 'resolved' || telling === 'opened-and-resolved';
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `licence/licence-assignment-failed` → `Licence assignment failed`. */
export function ruleWords(rule: string): string {
  return capitalised(rule.slice(rule.lastIndexOf('/') + 1).replaceAll('-', ' '));
}

/** Who did it, through what; undefined where no record says so. */
export function actorWords(alert: Pick<StoredAlert, 'actor' | 'cause' | 'facts'>): string | undefined {
  const actor = alert.actor ?? alert.cause?.actor;
  const via = alert.cause?.via ?? textIn(alert.facts['via']);
  if (actor === undefined) return via === undefined ? undefined : `somebody through ${via}`;
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

export function counted(number: number, one: string, many = `${one}s`): string {
  return `${wholeNumber(number)} ${number === 1 ? one : many}`;
}

/** `4,312`. */
export function wholeNumber(number: number): string {
  return new Intl.NumberFormat('en-GB').format(number);
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
