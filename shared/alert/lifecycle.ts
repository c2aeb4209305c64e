import type { Finding } from '../evaluate/finding.ts';
import { compareBasis, joinedBasis } from '../evaluate/basis.ts';
import { sameValue } from '../json/same-value.ts';
import { type Firing, severities } from '../rules/verdict.ts';
import type { Actor } from '../ingest/audit-record.ts';
import type { AlertStatus, CarriedOutCommand, NoticeReason, StoredAlert } from './alert.ts';
import { alertFrom, contentFrom, withoutContent } from './alert-content.ts';
import { awaitsAnEnd } from './notices.ts';

export type Decision =
  /** Computed from less than the alert has seen: law 2. `again` where it has also seen something newer: then nobody has seen all. */
  | { kind: 'ignored'; reason: string; again: boolean }
  | { kind: 'unchanged' }
  /** To be stored, and to be told for these reasons; often for none. */
  | { kind: 'changed'; alert: StoredAlert; reasons: NoticeReason[] };

/**
 * What a finding makes of the alert that is stored. Applied again it changes nothing, and of several findings the one that knows
 * most decides, in whatever order they come: source by source, a finding that has seen an older version of any is not heard.
 */
export function applyFinding(finding: Finding, stored: StoredAlert | undefined, now: string): Decision {
  if (stored !== undefined) {
    const { older, newer, blinder } = compareBasis(finding.basis, stored.basis);
    if (older) return { kind: 'ignored', reason: 'computed from less than the alert has seen', again: newer };
    if (!newer && isOutdone(finding, stored)) {
      return { kind: 'ignored', reason: 'another verdict was computed later', again: false };
    }
    // What is not there to be looked at clears nothing (law 3).
    if (blinder && finding.state === 'clear') {
      return {
        kind: 'ignored',
        reason: 'what the alert was raised from was not there to be read',
        again: false,
      };
    }
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

/** Of two verdicts from the same the later one counts; of the same moment the one that tells why. */
function isOutdone({ evaluatedAt = '', state, firing }: Finding, stored: StoredAlert): boolean {
  const known = stored.evaluatedAt ?? '';
  if (evaluatedAt !== known) return evaluatedAt < known;
  return state === 'firing' && firing !== undefined && !tellsWhy(firing) && tellsWhy(stored);
}

function fire(finding: Finding, firing: Firing, stored: StoredAlert | undefined, now: string): Decision {
  const content = contentFrom(finding, firing, stored);
  const old = isOldAtFirstSight(finding, firing, now);
  const quiet = old || finding.severity === 'low';
  const opened = {
    ...content,
    ...(stored === undefined ? {} : beyondEpisodes(stored)),
    ...(old ? { firstSight: true } : {}),
    status: 'open' as const,
    openedAt: now,
    updatedAt: now,
  };
  if (stored === undefined) {
    const alert = { ...opened, episode: finding.episode ?? 1, notices: [] };
    return { kind: 'changed', alert, reasons: quiet ? [] : ['opened'] };
  }
  if (stored.status === 'resolved' || episodeOf(finding, stored) > stored.episode) {
    const least = stored.status === 'resolved' ? stored.episode + 1 : stored.episode;
    const { notices } = stored;
    const alert = { ...opened, episode: Math.max(least, episodeOf(finding, stored)), notices };
    return { kind: 'changed', alert, reasons: quiet ? settledReasons(finding, stored) : ['reopened'] };
  }
  const reasons = quiet ? settledReasons(finding, stored) : updateReasons(finding, firing, stored, now);
  const attributed = reasons.includes('attributed') ? { attributedEpisode: stored.episode } : {};
  const next = { ...withoutContent(stored), ...content, ...attributed };
  if (firing.moreIsNew === true && hasMore(firing, stored)) {
    const status = statusAt(stored, now);
    if (status === 'acknowledged') {
      return update(stored, { ...next, status: 'open' }, quiet ? [] : ['worse'], now);
    }
    // A snooze is kept to its end; until then what has come does not count as told.
    if (status === 'snoozed') return update(stored, { ...next, extent: stored.extent }, reasons, now);
  }
  return update(stored, next, reasons, now);
}

function hasMore({ extent }: Pick<Firing, 'extent'>, stored: Pick<StoredAlert, 'extent'>): boolean {
  return extent.some((id) => !stored.extent.includes(id));
}

function clear(finding: Finding, stored: StoredAlert, now: string): Decision {
  const { firing, evaluatedAt } = finding;
  const known: StoredAlert =
    firing === undefined
      ? {
          ...stored,
          basis: joinedBasis(stored.basis, finding.basis),
          ...(evaluatedAt === undefined ? {} : { evaluatedAt }),
        }
      : { ...withoutContent(stored), ...contentFrom(finding, firing, stored) };
  const episode = episodeOf(finding, stored);
  if (stored.status === 'resolved') {
    const unseen = episode > stored.episode ? alertFrom(finding) : undefined;
    const { notices } = stored;
    const next = unseen === undefined ? known : { ...beyondEpisodes(stored), ...unseen, notices };
    return update(stored, next, [], now);
  }
  const { snoozedUntil: _, ...rest } = known;
  const alert: StoredAlert = {
    ...rest,
    status: 'resolved',
    episode: Math.max(stored.episode, episode),
    updatedAt: now,
    resolvedAt: now,
  };
  const reasons = alert.severity === 'low' ? settledReasons(alert, stored) : (['resolved'] as const);
  return { kind: 'changed', alert, reasons: [...reasons] };
}

/**
 * What is low is never told. But whoever was told of it when it was more is told that it is settled, also where somebody has acknowledged
 * it meanwhile: else he goes on waiting for its end.
 */
function settledReasons({ severity }: Pick<Finding, 'severity'>, stored: StoredAlert): NoticeReason[] {
  return severity === 'low' && awaitsAnEnd(stored) ? ['resolved'] : [];
}

/** What of the life of an alert does not end with an episode: all but these, also what a newer build has written. */
function beyondEpisodes(stored: StoredAlert): object {
  const { status, episode, openedAt, updatedAt, resolvedAt, ...life } = withoutContent(stored);
  const { mutedBy, firstSight, snoozedUntil, notices, ...beyond } = life;
  return beyond;
}

/** What is only looked at as it is now belongs to the episode that the alert is in. */
function episodeOf(finding: Finding, stored: StoredAlert): number {
  return finding.episode ?? stored.episode;
}

/** It is kept with the dates that it would have had, and nobody is woken for what is over. */
function overAtFirstSight(finding: Finding): Decision {
  const alert = alertFrom(finding);
  return alert === undefined ? { kind: 'unchanged' } : { kind: 'changed', alert, reasons: [] };
}

function update(stored: StoredAlert, next: StoredAlert, reasons: NoticeReason[], now: string): Decision {
  const { basis, evaluatedAt } = stored;
  const { evaluatedAt: _, ...content } = next;
  const asBefore = evaluatedAt === undefined ? content : { ...content, evaluatedAt };
  if (!sameValue({ ...asBefore, basis }, stored)) {
    return { kind: 'changed', alert: { ...next, updatedAt: now }, reasons };
  }
  // What it was computed from is remembered even where it says the same: an older finding may still be on its way.
  return sameValue(next.basis, basis) ? { kind: 'unchanged' } : { kind: 'changed', alert: next, reasons };
}

/** Why an open alert is told again. Whoever acknowledged or snoozed it is not disturbed. */
function updateReasons(finding: Finding, firing: Firing, stored: StoredAlert, now: string): NoticeReason[] {
  if (statusAt(stored, now) !== 'open') return [];
  const reasons: NoticeReason[] = [];
  const moreSevere = severities.indexOf(finding.severity) > severities.indexOf(stored.severity);
  if (moreSevere || hasMore(firing, stored)) reasons.push('worse');
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

/** A first collection reads weeks back: what it finds there is counted in a digest and not told one by one. */
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

/** Who gives a command, where that is known, and what he says to it. */
export type Commanded = Pick<CarriedOutCommand, 'by' | 'note'>;

/** Somebody looks after it. It stays silent, also where it gets worse (but see `moreIsNew`), until the matter is settled or comes back. */
export function acknowledge(alert: StoredAlert, commanded: Commanded, now: string): ActionOutcome {
  if (alert.status === 'resolved')
    return { kind: 'refused', reason: 'the alert is resolved; reopen it first' };
  const acted = actedOn(alert, { kind: 'acknowledge', at: now, ...commanded });
  return { kind: 'changed', alert: { ...acted, status: 'acknowledged' } };
}

/** @param until ISO 8601, UTC */
export function snooze(alert: StoredAlert, until: string, commanded: Commanded, now: string): ActionOutcome {
  if (alert.status === 'resolved')
    return { kind: 'refused', reason: 'the alert is resolved; reopen it first' };
  if (!(Date.parse(until) > Date.parse(now))) {
    return { kind: 'refused', reason: 'the snooze must end in the future' };
  }
  const acted = actedOn(alert, { kind: 'snooze', at: now, until, ...commanded });
  return { kind: 'changed', alert: { ...acted, status: 'snoozed', snoozedUntil: until } };
}

/** Takes back an acknowledgement or a snooze; of a resolved alert it begins a new episode. */
export function reopen(alert: StoredAlert, commanded: Commanded, now: string): ActionOutcome {
  if (statusAt(alert, now) === 'open') return { kind: 'refused', reason: 'the alert is open' };
  const { resolvedAt, ...rest } = actedOn(alert, { kind: 'reopen', at: now, ...commanded });
  return {
    kind: 'changed',
    alert:
      resolvedAt === undefined
        ? { ...rest, status: 'open' }
        : { ...rest, status: 'open', episode: alert.episode + 1, openedAt: now },
  };
}

/** An alert that is snoozed every day for years grows no further. */
const keptCommands = 10;

function actedOn(alert: StoredAlert, command: CarriedOutCommand): StoredAlert {
  const { snoozedUntil: _, commands = [], ...rest } = alert;
  return { ...rest, updatedAt: command.at, commands: [...commands, command].slice(-keptCommands) };
}
