import type { Alert } from '../../shared/alert/alert.ts';
import { alertFrom } from '../../shared/alert/alert-content.ts';
import { alertView } from '../../shared/alert/view.ts';
import { basisOf } from '../../shared/evaluate/ask.ts';
import { evaluateRule, silenceOf } from '../../shared/evaluate/evaluate-rule.ts';
import { readTimeline } from '../../shared/evaluate/read-timeline.ts';
import type { RuleSettings } from '../../shared/evaluate/rule-set.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import type { Coverage } from '../../shared/coverage/coverage.ts';
import { licenceSourceOf } from '../../shared/coverage/coverage.ts';
import { mergeWindows } from '../../shared/coverage/windows.ts';
import { explainedLosses, type Explained } from '../../shared/rules/licence/remedies.ts';
import type { Timeline, TimelineSubject } from '../../shared/timeline/fact.ts';
import { lossesOf } from '../../shared/cause/losses.ts';
import type { GatheredRecords, LogSpan } from './gather-records.ts';
import { newestFirst } from './newest-first.ts';
import type { TimelineInMemory } from './timeline-in-memory.ts';
import { timelineInMemory } from './timeline-in-memory.ts';

/** How late a record may come before its absence counts: the functions' default for GRACEWATCH_TIMING. */
const latestArrivalMinutes = 2880;

export interface ReplayedSubject {
  timeline: Timeline;
  /** One for each loss; for a user without one that of his failed assignment, or whatever there is to say where he was asked about. */
  causes: Explained[];
  alerts: Alert[];
  /** Why rules raised nothing; only for a user who was asked about. */
  silent: { rule: string; reason: string }[];
}

/**
 * The subjects come one at a time, so that a large tenant's timelines are never all in memory. When the last has come, the records that
 * gave no fact have been counted as ignored.
 */
export interface Replayed {
  now: string;
  subjects: AsyncIterable<ReplayedSubject>;
}

export interface ReplayQuestion {
  rules: readonly Rule[];
  settings: RuleSettings;
  now?: string | undefined;
  /** Object id or UPN, in lower case: only this user. */
  user?: string | undefined;
}

/**
 * What the records that were gathered give: the same as the functions would have made of them. Subjects that have facts, and a user who
 * was asked about in any case, in order of tenant, kind (users first) and name.
 */
export function replayed(gathered: GatheredRecords, question: ReplayQuestion): Replayed {
  const now = question.now ?? lateBy(gathered.newest ?? '1970-01-01T00:00:00.000Z', latestArrivalMinutes);
  return { now, subjects: subjectsOfAll(gathered, question, now) };
}

async function* subjectsOfAll(
  gathered: GatheredRecords,
  question: ReplayQuestion,
  now: string,
): AsyncGenerator<ReplayedSubject> {
  const isAsked = question.user !== undefined;
  for (const tenantId of gathered.tenants) {
    const records = [...(gathered.records.get(tenantId)?.values() ?? [])]
      .flat()
      .filter(({ at }) => at <= now);
    const store = timelineInMemory(tenantId, records);
    const coverage = coverageOf(gathered.spans, tenantId, now);
    const asked = askedOf(store, gathered.tenants, question.user);
    const told = new Set<string>();
    for (const subject of withAsked(store.subjects(), asked)) {
      const { timeline } = await readTimeline(tenantId, subject, store);
      for (const fact of timeline.facts) for (const id of fact.records) told.add(id);
      const isMeant =
        asked === undefined
          ? timeline.facts.length > 0
          : subject.kind === 'user' && asked.includes(subject.id);
      if (!isMeant) continue;
      yield {
        timeline,
        causes: subject.kind === 'user' ? causesOf(timeline, coverage, now, isAsked) : [],
        ...judged(timeline, coverage, now, question),
      };
    }
    gathered.countUntold(tenantId, told);
  }
}

function lateBy(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString();
}

/**
 * An export holds what had arrived when it was made; that nothing was still under way then is taken for granted. One of which something
 * could not be read covers nothing: the record that is missing may be what was cut off.
 */
function coverageOf(spans: readonly LogSpan[], tenantId: string, now: string): Coverage {
  const windows = spans
    .filter((span) => span.tenantId === tenantId && span.file.isWhole)
    .map(({ log, from, to }) => {
      const end = lateBy(to, latestArrivalMinutes);
      return { source: licenceSourceOf[log], from, to: end < now ? end : now };
    });
  return { windows: mergeWindows(windows), latestArrivalMinutes };
}

/** Whoever bears or bore the name; somebody of whom nothing is known is still answered where it is clear which tenant is meant. */
function askedOf(
  store: TimelineInMemory,
  tenants: readonly string[],
  user: string | undefined,
): readonly string[] | undefined {
  if (user === undefined) return undefined;
  const known = store.usersCalled(user);
  return known.length === 0 && tenants.length === 1 ? [user] : known;
}

/** All subjects, also those who are not asked about: which records tell a fact shows only there. */
function withAsked(subjects: TimelineSubject[], asked: readonly string[] = []): TimelineSubject[] {
  const unknown = asked.filter(
    (id) => !subjects.some((subject) => subject.kind === 'user' && subject.id === id),
  );
  return [...subjects, ...unknown.map((id) => ({ kind: 'user', id, name: id }) as const)];
}

function causesOf(timeline: Timeline, coverage: Coverage, now: string, isAsked: boolean): Explained[] {
  const causes = explainedLosses(timeline, coverage, now);
  const hasLoss = lossesOf(timeline).length > 0;
  return hasLoss || isAsked ? causes : causes.filter(({ kind }) => kind === 'assignment-failed');
}

function judged(
  timeline: Timeline,
  coverage: Coverage,
  now: string,
  { rules, settings, user }: ReplayQuestion,
): Pick<ReplayedSubject, 'alerts' | 'silent'> {
  const alerts: Alert[] = [];
  const silent: ReplayedSubject['silent'] = [];
  const { tenantId, subject } = timeline;
  const views = { timeline: { ...timeline, coverage } };
  for (const rule of rules.filter((candidate) => candidate.subject === subject.kind)) {
    const asked = {
      rule,
      tenantId,
      subject,
      settings: settings.settingsOf(rule.id, tenantId),
      views,
      basis: basisOf(rule, views),
    };
    const evaluated = evaluateRule(asked, now);
    for (const finding of evaluated.findings) {
      const alert = alertFrom(finding);
      if (alert !== undefined) alerts.push(alertView(alert, now));
    }
    if (user === undefined) continue;
    silent.push(...silenceOf(evaluated).map((reason) => ({ rule: rule.id, reason })));
  }
  return { alerts: alerts.sort(newestFirst), silent };
}
