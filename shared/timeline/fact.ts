import { z } from 'zod';
import { actorSchema, type LogName, logNames } from '../ingest/audit-record.ts';

const licenceSchema = z.object({
  skuId: z.string(),
  partNumber: z.string().exactOptional(),
  name: z.string(),
  disabledPlans: z.array(z.object({ id: z.string(), name: z.string() })),
});
/** A product that somebody has, with the service plans switched off in it. Keyed by `skuId` (lower-case GUID where known). */
export type Licence = z.infer<typeof licenceSchema>;

const groupReferenceSchema = z.object({ id: z.string(), name: z.string().exactOptional() });
export type GroupReference = z.infer<typeof groupReferenceSchema>;

const base = {
  /** When it happened: the earliest time of the records that tell it. ISO 8601, UTC. */
  at: z.string(),
  logs: z.array(z.enum(logNames)),
  /** The providers' record ids, sorted. */
  records: z.array(z.string()),
  actor: actorSchema.exactOptional(),
  via: z.string().exactOptional(),
  /** False while a part of it (a slice, the twin of a bare marker) has not arrived. */
  complete: z.boolean(),
};
const sides = {
  /** Absent while the fact is incomplete. */
  before: z.array(licenceSchema).exactOptional(),
  after: z.array(licenceSchema).exactOptional(),
};

const licencesChangedSchema = z.object({
  kind: z.literal('licences-changed'),
  ...base,
  ...sides,
  /** The group that granted what went, where the record tells it (LicenseAssignmentDetail). */
  group: groupReferenceSchema.exactOptional(),
});
export type LicencesChanged = z.infer<typeof licencesChangedSchema>;

const licenceAssignmentFailedSchema = z.object({
  kind: z.literal('licence-assignment-failed'),
  ...base,
  sku: z.object({ skuId: z.string(), name: z.string() }).exactOptional(),
  reason: z.string().exactOptional(),
});
export type LicenceAssignmentFailed = z.infer<typeof licenceAssignmentFailedSchema>;

const groupMembershipChangedSchema = z.object({
  kind: z.literal('group-membership-changed'),
  ...base,
  change: z.enum(['added', 'removed']),
  group: groupReferenceSchema,
  user: z.object({ id: z.string(), name: z.string().exactOptional() }),
});
export type GroupMembershipChanged = z.infer<typeof groupMembershipChangedSchema>;

const groupLicencesChangedSchema = z.object({
  kind: z.literal('group-licences-changed'),
  ...base,
  ...sides,
  group: groupReferenceSchema,
});
export type GroupLicencesChanged = z.infer<typeof groupLicencesChangedSchema>;

const groupRuleChangedSchema = z.object({
  kind: z.literal('group-rule-changed'),
  ...base,
  group: groupReferenceSchema,
  /** The rule that decides who is in a dynamic group; a side is absent where the group had or has none. */
  rule: z.object({ before: z.string().exactOptional(), after: z.string().exactOptional() }),
});
export type GroupRuleChanged = z.infer<typeof groupRuleChangedSchema>;

const groupDeletedSchema = z.object({
  kind: z.literal('group-deleted'),
  ...base,
  group: groupReferenceSchema,
});
export type GroupDeleted = z.infer<typeof groupDeletedSchema>;

const groupLicensingFinishedSchema = z.object({
  kind: z.literal('group-licensing-finished'),
  ...base,
  group: groupReferenceSchema,
  counts: z.object({ succeeded: z.number(), failed: z.number() }).exactOptional(),
});
export type GroupLicensingFinished = z.infer<typeof groupLicensingFinishedSchema>;

const accountFactSchema = z.object({
  kind: z.enum(['user-created', 'user-deleted', 'user-restored', 'account-disabled', 'account-enabled']),
  ...base,
});
export type AccountFact = z.infer<typeof accountFactSchema>;

export const mailboxKinds = ['user', 'shared', 'room', 'equipment'] as const;

const mailboxConvertedSchema = z.object({
  kind: z.literal('mailbox-converted'),
  ...base,
  /** What it is from then on; `user` is an ordinary mailbox. */
  mailbox: z.enum(mailboxKinds),
});
export type MailboxConverted = z.infer<typeof mailboxConvertedSchema>;

/** Facts are computed from records, and stored only with what is remembered of an evaluation: read as what comes from outside. */
export const factSchema = z.discriminatedUnion('kind', [
  licencesChangedSchema,
  licenceAssignmentFailedSchema,
  groupMembershipChangedSchema,
  groupLicencesChangedSchema,
  groupRuleChangedSchema,
  groupDeletedSchema,
  groupLicensingFinishedSchema,
  accountFactSchema,
  mailboxConvertedSchema,
]);
export type Fact = z.infer<typeof factSchema>;

export type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

/** A user or group of one tenant. `id` is the object id, else the UPN in lower case. */
export interface TimelineSubject {
  kind: 'user' | 'group';
  id: string;
  /** UPN of a user (as last seen), display name of a group; the id where no record tells one. */
  name: string;
}

/** Everything known about one subject, in order of time, with the group facts that may explain it. */
export interface Timeline {
  tenantId: string;
  subject: TimelineSubject;
  facts: Fact[];
  /** Changes of licences and rules, deletions and processing of groups of the same tenant, in order of time. */
  groupFacts: Fact[];
  /** How many rows of the subject were ever stored; a verdict from fewer is older (law 2). */
  rows: number;
  /** Log and time of each record that the facts name, by its id; for `evidenceOf`. */
  origins?: ReadonlyMap<string, { log: LogName; at: string }>;
}
