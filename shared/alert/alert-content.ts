import type { Finding } from '../evaluate/finding.ts';
import type { Firing } from '../evaluate/rule.ts';
import type { StoredAlert } from './alert.ts';

/** What a finding decides about an alert; the rest is the alert's own life. */
export type AlertContent = Omit<StoredAlert, keyof AlertLife>;

/** What happened to the alert itself: people, clocks and channels. */
export type AlertLife = Pick<
  StoredAlert,
  | 'status'
  | 'episode'
  | 'openedAt'
  | 'updatedAt'
  | 'resolvedAt'
  | 'mutedBy'
  | 'notices'
  | 'attributedEpisode'
  | 'firstSight'
  | 'note'
  | 'snoozedUntil'
>;

export function contentFrom(finding: Finding, firing: Firing): AlertContent {
  const { fingerprint, tenantId, rule, severity, subject, qualifiers, basis, evaluatedAt } = finding;
  const { title, summary, cause, due, happenedAt, actor, facts, evidence, runbook, extent } = firing;
  return {
    id: fingerprint,
    tenantId,
    rule,
    severity,
    subject,
    title,
    summary,
    happenedAt,
    facts,
    evidence,
    runbook,
    qualifiers,
    basis,
    extent,
    ...(cause === undefined ? {} : { cause }),
    ...(due === undefined ? {} : { due }),
    ...(actor === undefined ? {} : { actor }),
    ...(evaluatedAt === undefined ? {} : { evaluatedAt }),
  };
}

/** The alert without what findings decide, so that a cause or an actor that is no longer true does not stay. */
export function lifeOf(alert: StoredAlert): AlertLife {
  const { status, episode, openedAt, updatedAt, resolvedAt, mutedBy, notices } = alert;
  const { attributedEpisode, firstSight, note, snoozedUntil } = alert;
  return {
    status,
    episode,
    openedAt,
    updatedAt,
    notices,
    ...(resolvedAt === undefined ? {} : { resolvedAt }),
    ...(mutedBy === undefined ? {} : { mutedBy }),
    ...(attributedEpisode === undefined ? {} : { attributedEpisode }),
    ...(firstSight === undefined ? {} : { firstSight }),
    ...(note === undefined ? {} : { note }),
    ...(snoozedUntil === undefined ? {} : { snoozedUntil }),
  };
}

/**
 * The alert with the dates that it would have had if everything had been seen as it happened: what `replay` prints, and what an
 * episode becomes that was over when it was first seen. Undefined where nothing ever fired.
 */
export function alertFrom(finding: Finding): StoredAlert | undefined {
  const { firing, state, episode } = finding;
  if (firing === undefined || episode === 0) return undefined;
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

/** Whether two alerts say the same; a field that is absent is one that is undefined, and the order of fields says nothing. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const fields = new Set([...Object.keys(left), ...Object.keys(right)]);
  const [ofLeft, ofRight] = [new Map(Object.entries(left)), new Map(Object.entries(right))];
  return [...fields].every((field) => sameValue(ofLeft.get(field), ofRight.get(field)));
}
