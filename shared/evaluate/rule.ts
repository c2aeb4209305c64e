import type { z } from 'zod';
import type { Actor } from '../ingest/audit-record.ts';
import type { Coverage } from '../timeline/coverage.ts';
import type { Cause, Evidence } from '../timeline/explanation.ts';
import type { Timeline } from '../timeline/fact.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const subjectKinds = ['user', 'group', 'sku', 'domain', 'tenant', 'collector'] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** What makes two findings of one rule on one subject different alerts: ids and codes, never names or counts (law 4). */
export type Qualifiers = Partial<Record<'skuId' | 'groupId' | 'errorCode', string>>;

export interface Firing {
  kind: 'firing';
  /** Why, in one sentence. */
  reason: string;
  qualifiers: Qualifiers;
  severity: Severity;
  title: string;
  summary: string;
  /** When the thing itself happened: the first of all that is wrong now. Later than the last firing, it is another episode. */
  happenedAt: string;
  due?: string;
  cause?: Cause;
  actor?: Actor;
  via?: string;
  /** What is wrong, as ids: the alert is worse when something comes that was not in it before. */
  extent: string[];
  /** What people and programs read: product names, before, after, reason codes. */
  facts: Record<string, unknown>;
  evidence: Evidence[];
  /** The runbook with this subject's names in it, two or three steps. */
  runbook: string[];
}
interface Clear {
  kind: 'clear';
  reason: string;
  /** Absent when the rule has nothing at all to say about the subject. */
  qualifiers?: Qualifiers;
  /** What the episode that ends here turns out to have been worth: a removal before a deletion was off-boarding. */
  severity?: Severity;
  /** When time alone may make it fire: the end of a period of grace. */
  lookAgainAt?: string;
}
interface Unknown {
  kind: 'unknown';
  reason: string;
  qualifiers?: Qualifiers;
}
export type Verdict = Firing | Clear | Unknown;

export interface RuleInput<Settings> {
  /** Facts up to `now` only: a rule sees what could be known at that moment. */
  timeline: Timeline;
  coverage: Coverage;
  settings: Settings;
  /** ISO 8601, UTC. */
  now: string;
}

/**
 * A rule is one file under `shared/rules/<folder>/` that exports `rule`, and one test file of the same name under
 * `test/rules/<folder>/`. Nothing else is edited to add one. Its id is `<folder>/<file>`.
 *
 * `evaluate` is pure, returns at least one verdict, one for each set of qualifiers that it ever had something to say about
 * in this timeline, and never throws on a missing field.
 */
export interface Rule<Settings = unknown> {
  id: string;
  title: string;
  /** The usual one; a verdict may carry another. */
  severity: Severity;
  subject: SubjectKind;
  /** What must be readable for it to see. */
  needs: ('audit' | 'state')[];
  settings: z.ZodType<Settings>;
  /** Two or three steps that name fields and times, with the exact command or portal step. */
  runbook: string[];
  /** A page of the vendor that explains the matter. */
  reference: string;
  /** What it cannot see, so that nobody relies on it. */
  knownGaps: string[];
  evaluate(input: RuleInput<Settings>): Verdict[];
}

/** Keeps the type of the settings inside while a list of rules forgets it. */
export function defineRule<Settings>(rule: Rule<Settings>): Rule<Settings> {
  return rule;
}
