import type { Firing, Qualifiers, Severity, SubjectKind } from './rule.ts';

/**
 * What evaluation says about one alert: the whole life that its condition has had according to the timeline. It is computed
 * from all facts in order, so it is the same whatever order they arrived in, and A → B → A is two episodes (law 4).
 */
export interface Finding {
  /** The alert's id. */
  fingerprint: string;
  tenantId: string;
  rule: string;
  subject: { kind: SubjectKind; id: string; name?: string };
  qualifiers: Qualifiers;
  /** How many times it has fired; 0 where it never did. */
  episode: number;
  /** The state after the last fact. */
  state: 'firing' | 'clear' | 'unknown';
  /** Why the state is what it is. */
  reason: string;
  /** The last firing verdict, as seen at the end where it still fires. */
  firing?: Firing;
  severity: Severity;
  /** When the last episode began and ended, by the facts. */
  openedAt?: string;
  resolvedAt?: string;
  /** Number of distinct records and version of the snapshot that this was computed from (law 2). */
  basis: number;
  /** When it was computed. Of two findings from the same records the later one counts: it knows what time has settled. */
  evaluatedAt?: string;
  /** When time alone may change it (a period of grace that ends). Absent where only a signal can. */
  lookAgainAt?: string;
  /** True where it was found in the first collection of a source: told as numbers, not one by one. */
  firstCollection?: boolean;
}
