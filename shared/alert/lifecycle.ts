import type { Finding } from '../evaluate/finding.ts';
import { type Firing, severities } from '../evaluate/rule.ts';
import type { Actor } from '../ingest/audit-record.ts';
import type { AlertStatus, NoticeReason, StoredAlert } from './alert.ts';
import { alertFrom, contentFrom, lifeOf, sameValue } from './alert-content.ts';

export type Decision =
  /** Computed from less than the alert has seen: law 2. */
  | { kind: 'ignored'; reason: string }
  | { kind: 'unchanged' }
  /** To be stored, and to be told for these reasons; often for none. */
  | { kind: 'changed'; alert: StoredAlert; reasons: NoticeReason[] };

/**
 * What a finding makes of the alert that is stored. Applied again it changes nothing, and of several findings the one that knows
 * most decides, in whatever order they come.
 */
export function applyFinding(finding: Finding, stored: StoredAlert | undefined, now: string): Decision {
  if (stored !== undefined && knowsLess(finding, stored)) {
    return { kind: 'ignored', reason: 'computed from less than the alert has seen' };
  }
  switch (finding.state) {
    case 'unknown':
      return { kind: 'unchanged' };
    case 'firing':
      return finding.firing === undefined
        ? { kind: 'unchanged' }
        : fire(finding, finding.firing, stored, now);
    case 'clear':
      return stored === undefined ? overAtFirstSight(finding) : clear(finding, stored, now);
  }
}

function knowsLess(finding: Finding, stored: StoredAlert): boolean {
  if (finding.basis !== stored.basis) return finding.basis < stored.basis;
  return (finding.evaluatedAt ?? '') < (stored.evaluatedAt ?? '');
}

function fire(finding: Finding, firing: Firing, stored: StoredAlert | undefined, now: string): Decision {
  const content = contentFrom(finding, firing);
  const old = isOldAtFirstSight(finding, firing, now);
  const quiet = old || finding.severity === 'low';
  const opened = {
    ...content,
    ...(old ? { firstSight: true } : {}),
    status: 'open' as const,
    openedAt: now,
    updatedAt: now,
  };
  if (stored === undefined) {
    const alert = { ...opened, episode: finding.episode, notices: [] };
    return { kind: 'changed', alert, reasons: quiet ? [] : ['opened'] };
  }
  if (stored.status === 'resolved' || finding.episode > stored.episode) {
    const least = stored.status === 'resolved' ? stored.episode + 1 : stored.episode;
    const alert = { ...opened, episode: Math.max(least, finding.episode), notices: stored.notices };
    return { kind: 'changed', alert, reasons: quiet ? [] : ['reopened'] };
  }
  const reasons = quiet ? [] : updateReasons(finding, firing, stored, now);
  const attributed = reasons.includes('attributed') ? { attributedEpisode: stored.episode } : {};
  return update(stored, { ...lifeOf(stored), ...content, ...attributed }, reasons, now);
}

function clear(finding: Finding, stored: StoredAlert, now: string): Decision {
  const { firing, basis, evaluatedAt } = finding;
  const known =
    firing === undefined
      ? { ...stored, basis, ...(evaluatedAt === undefined ? {} : { evaluatedAt }) }
      : { ...lifeOf(stored), ...contentFrom(finding, firing) };
  if (stored.status === 'resolved') {
    const unseen = finding.episode > stored.episode ? alertFrom(finding) : undefined;
    return update(stored, unseen === undefined ? known : { ...unseen, notices: stored.notices }, [], now);
  }
  const { snoozedUntil: _, ...rest } = known;
  const alert: StoredAlert = {
    ...rest,
    status: 'resolved',
    episode: Math.max(stored.episode, finding.episode),
    updatedAt: now,
    resolvedAt: now,
  };
  return { kind: 'changed', alert, reasons: alert.severity === 'low' ? [] : ['resolved'] };
}

/** It is kept with the dates that it would have had, and nobody is woken for what is over. */
function overAtFirstSight(finding: Finding): Decision {
  const alert = alertFrom(finding);
  return alert === undefined ? { kind: 'unchanged' } : { kind: 'changed', alert, reasons: [] };
}

function update(stored: StoredAlert, next: StoredAlert, reasons: NoticeReason[], now: string): Decision {
  const { basis, evaluatedAt } = stored;
  if (!sameValue({ ...next, basis, evaluatedAt }, stored)) {
    return { kind: 'changed', alert: { ...next, updatedAt: now }, reasons };
  }
  // What it was computed from is remembered even where it says the same: an older finding may still be on its way.
  return next.basis === basis ? { kind: 'unchanged' } : { kind: 'changed', alert: next, reasons };
}

/** Why an open alert is told again. Whoever acknowledged or snoozed it is not disturbed (DESIGN 5). */
function updateReasons(finding: Finding, firing: Firing, stored: StoredAlert, now: string): NoticeReason[] {
  if (statusAt(stored, now) !== 'open') return [];
  const reasons: NoticeReason[] = [];
  const moreSevere = severities.indexOf(finding.severity) > severities.indexOf(stored.severity);
  if (moreSevere || firing.extent.some((id) => !stored.extent.includes(id))) reasons.push('worse');
  const told = stored.firstSight === true || stored.attributedEpisode === stored.episode;
  if (!told && (isLearned(firing, stored) || isCorrected(firing, stored))) reasons.push('attributed');
  return reasons;
}

type Explained = Pick<Firing, 'actor' | 'cause'>;

function isLearned(firing: Explained, stored: Explained): boolean {
  return (
    (firing.actor !== undefined && stored.actor === undefined) || (tellsWhy(firing) && !tellsWhy(stored))
  );
}

/**
 * Somebody else, or something else, than was told before: the wrong one must not be asked for it. Where other things are missing
 * than before, another cause corrects nothing.
 */
function isCorrected(firing: Explained & Pick<Firing, 'extent'>, stored: StoredAlert): boolean {
  const extent = new Set(firing.extent);
  if (extent.size !== stored.extent.length || !stored.extent.every((id) => extent.has(id))) return false;
  if (firing.actor !== undefined && stored.actor !== undefined && !isSameActor(firing.actor, stored.actor)) {
    return true;
  }
  if (!tellsWhy(firing) || !tellsWhy(stored)) return false;
  const [group, groupBefore] = [firing.cause?.group?.id, stored.cause?.group?.id];
  return (
    firing.cause?.kind !== stored.cause?.kind ||
    (group !== undefined && groupBefore !== undefined && group !== groupBefore)
  );
}

/** One log names a person by id, the other by UPN: only what both tell can tell two apart. */
function isSameActor(left: Actor, right: Actor): boolean {
  if (left.kind !== right.kind) return false;
  if (left.id !== undefined && right.id !== undefined) return left.id === right.id;
  if (left.name === undefined || right.name === undefined) return true;
  return left.name.toLowerCase() === right.name.toLowerCase();
}

/** `not-logged` is an answer, but none that tells who did it. */
function tellsWhy({ cause }: Pick<Firing, 'cause'>): boolean {
  return cause !== undefined && cause.kind !== 'pending' && cause.kind !== 'not-logged';
}

const oldAfter = 24 * 60 * 60 * 1000;

/** A first collection reads weeks back: what it finds there is counted in a digest and not told one by one (DESIGN 7). */
function isOldAtFirstSight(finding: Finding, firing: Firing, now: string): boolean {
  if (finding.firstCollection !== true) return false;
  const newest = Math.max(...[firing.happenedAt, ...firing.evidence.map(({ at }) => at)].map(Date.parse));
  return Date.parse(now) - newest > oldAfter;
}

/** A snooze that has ended counts as open, also before anything has written that down. */
export function statusAt({ status, snoozedUntil }: StoredAlert, now: string): AlertStatus {
  const ended = snoozedUntil === undefined || Date.parse(snoozedUntil) <= Date.parse(now);
  return status === 'snoozed' && ended ? 'open' : status;
}

export type ActionOutcome = { kind: 'changed'; alert: StoredAlert } | { kind: 'refused'; reason: string };

/** Somebody looks after it. It stays silent, also where it gets worse, until the matter is settled or comes back. */
export function acknowledge(alert: StoredAlert, note: string | undefined, now: string): ActionOutcome {
  if (alert.status === 'resolved')
    return { kind: 'refused', reason: 'the alert is resolved; reopen it first' };
  return { kind: 'changed', alert: { ...actedOn(alert, note, now), status: 'acknowledged' } };
}

/** @param until ISO 8601, UTC */
export function snooze(
  alert: StoredAlert,
  until: string,
  note: string | undefined,
  now: string,
): ActionOutcome {
  if (alert.status === 'resolved')
    return { kind: 'refused', reason: 'the alert is resolved; reopen it first' };
  if (!(Date.parse(until) > Date.parse(now))) {
    return { kind: 'refused', reason: 'the snooze must end in the future' };
  }
  return {
    kind: 'changed',
    alert: { ...actedOn(alert, note, now), status: 'snoozed', snoozedUntil: until },
  };
}

/** Takes back an acknowledgement or a snooze; of a resolved alert it begins a new episode. */
export function reopen(alert: StoredAlert, note: string | undefined, now: string): ActionOutcome {
  if (statusAt(alert, now) === 'open') return { kind: 'refused', reason: 'the alert is open' };
  const { resolvedAt, ...rest } = actedOn(alert, note, now);
  return {
    kind: 'changed',
    alert:
      resolvedAt === undefined
        ? { ...rest, status: 'open' }
        : { ...rest, status: 'open', episode: alert.episode + 1, openedAt: now },
  };
}

function actedOn(alert: StoredAlert, note: string | undefined, now: string): StoredAlert {
  const { snoozedUntil: _, ...rest } = alert;
  return { ...rest, updatedAt: now, ...(note === undefined ? {} : { note }) };
}
