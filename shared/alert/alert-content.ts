import type { Finding } from '../evaluate/finding.ts';
import { joinedBasis } from '../evaluate/basis.ts';
import type { Firing } from '../rules/verdict.ts';
import { type AlertContent, type AlertLife, contentSchema, type StoredAlert } from './alert.ts';

/** What the finding decides about its alert. `stored` is the alert that it replaces the content of. */
export function contentFrom(finding: Finding, firing: Firing, stored?: StoredAlert): AlertContent {
  const { fingerprint, tenantId, rule, about, severity, subject, qualifiers, basis, evaluatedAt } = finding;
  const { title, summary, cause, due, happenedAt, actor, via } = firing;
  const { facts, details, evidence, runbook, extent } = firing;
  return {
    id: fingerprint,
    tenantId,
    rule,
    about,
    severity,
    subject,
    title,
    summary,
    happenedAt,
    facts,
    details,
    evidence,
    runbook,
    qualifiers,
    basis: stored === undefined ? basis : joinedBasis(stored.basis, basis),
    extent,
    ...(cause === undefined ? {} : { cause }),
    ...(due === undefined ? {} : { due }),
    ...(actor === undefined ? {} : { actor }),
    ...(via === undefined ? {} : { via }),
    ...(evaluatedAt === undefined ? {} : { evaluatedAt }),
  };
}

const contentFields = new Set(Object.keys(contentSchema.shape));

/**
 * The alert without its content: its life, its notices, and whatever a newer build has written that this one does not know. Nobody
 * lists the fields, so none can be forgotten.
 */
export function withoutContent(alert: StoredAlert): AlertLife & Pick<StoredAlert, 'notices'> {
  const rest = Object.entries(alert).filter(([field]) => !contentFields.has(field));
  return Object.fromEntries(rest) as AlertLife & Pick<StoredAlert, 'notices'>;
}

/**
 * The alert with the dates that it would have had if everything had been seen as it happened: what `replay` prints, and what an
 * episode becomes that was over when it was first seen. Undefined where nothing ever fired.
 */
export function alertFrom(finding: Finding): StoredAlert | undefined {
  const { firing, state, episode } = finding;
  if (firing === undefined || episode === undefined || episode === 0) return undefined;
  const openedAt = finding.openedAt ?? firing.happenedAt;
  const resolvedAt = finding.resolvedAt ?? openedAt;
  const dates =
    state === 'clear'
      ? ({ status: 'resolved', updatedAt: resolvedAt, resolvedAt } as const)
      : ({ status: 'open', updatedAt: lastChangeOf(firing, openedAt) } as const);
  return { ...contentFrom(finding, firing), ...dates, episode, openedAt, notices: [] };
}

/** The time of the newest thing that an open alert tells: of its opening, of what made it worse, or of its cause. */
function lastChangeOf({ cause, evidence }: Firing, openedAt: string): string {
  const known = [cause?.at, ...(cause?.evidence ?? []).map(({ at }) => at), ...evidence.map(({ at }) => at)];
  return known.reduce<string>(
    (last, at) => (at !== undefined && Date.parse(at) > Date.parse(last) ? at : last),
    openedAt,
  );
}
