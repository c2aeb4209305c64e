import type { Actor, LogName } from '../ingest/audit-record.ts';
import type { GroupReference, Licence } from './fact.ts';

export const causeKinds = [
  'removed-directly',
  'removed-from-group',
  'group-licence-edited',
  'group-deleted',
  'group-processing-failed',
  'assignment-failed',
  'subscription-lapsed',
  'account-deleted',
  'plan-switched-off',
  'moved-between-licences',
  'not-logged',
  'pending',
] as const;
export type CauseKind = (typeof causeKinds)[number];

export interface Evidence {
  record: string;
  log: LogName;
  at: string;
}

/** Why somebody lost a licence, or never got it, with the records that say so. */
export interface Cause {
  kind: CauseKind;
  at?: string;
  between?: [string, string];
  /** Only ever somebody whom a record of `evidence` names. The licensing service is never the actor. */
  actor?: Actor;
  via?: string;
  group?: GroupReference & { rule?: string };
  evidence: Evidence[];
  confidence: 'certain' | 'likely' | 'unknown';
  /** For `pending`: when the logs can no longer bring it. Absent where a log is not covered at all. */
  settledBy?: string;
  /** Two or three sentences of plain English that a help desk can send to the user. */
  text: string;
}

/** One loss to be explained: whole products gone, and plans switched off in products that stayed. */
export interface LicenceLoss {
  at: string;
  products: Licence[];
  plans: { id: string; name: string; skuId: string; product: string }[];
}
