import type { Actor } from '../ingest/audit-record.ts';
import type { Qualifiers, Severity, SubjectKind } from '../evaluate/rule.ts';
import type { Cause, Evidence } from '../timeline/explanation.ts';

export const alertStatuses = ['open', 'acknowledged', 'snoozed', 'resolved'] as const;
export type AlertStatus = (typeof alertStatuses)[number];

export const noticeReasons = [
  'opened',
  'reopened',
  'worse',
  'reminder',
  'attributed',
  'resolved',
  'digest',
  'escalated',
] as const;
export type NoticeReason = (typeof noticeReasons)[number];

/** One notice of one alert to one channel; without an outcome but `waiting` it is sent again whenever its alert is touched. */
interface Notice {
  channel: string;
  reason: NoticeReason;
  /** When it was decided while waiting, when it was sent once it is. */
  at: string;
  outcome: 'sent' | 'waiting' | 'refused';
}

/** The lasting record of a firing rule on a subject: the shape of the API, of `--json` and of notices (DESIGN section 8). */
export interface Alert {
  id: string;
  tenantId: string;
  rule: string;
  severity: Severity;
  status: AlertStatus;
  episode: number;
  subject: { kind: SubjectKind; id: string; name?: string };
  title: string;
  summary: string;
  cause?: Cause;
  due?: string;
  happenedAt: string;
  openedAt: string;
  updatedAt: string;
  resolvedAt?: string;
  actor?: Actor;
  mutedBy?: string;
  facts: Record<string, unknown>;
  evidence: Evidence[];
  runbook: string[];
  notices: Notice[];
}

/** A notice as it is stored: with the key that makes a second decision for the same thing the same row. */
export interface StoredNotice extends Notice {
  /** Hash of fingerprint, episode, reason, occurrence and channel. */
  key: string;
}

/** An alert as it is stored: the public shape and what the lifecycle must remember. */
export interface StoredAlert extends Omit<Alert, 'notices'> {
  notices: StoredNotice[];
  qualifiers: Qualifiers;
  /** Number of distinct records that the last accepted verdict was computed from (law 2). */
  basis: number;
  /** When that verdict was computed: of two with the same basis the later one counts. */
  evaluatedAt?: string;
  extent: string[];
  /** The last episode in which `attributed` was told; one a time. */
  attributedEpisode?: number;
  /** Opened in a first collection, more than a day after the fact: no notice of its own. */
  firstSight?: boolean;
  note?: string;
  snoozedUntil?: string;
}
