import { z } from 'zod';
import { causeSchema, evidenceSchema } from '../cause/explanation.ts';
import { storedBasisSchema } from '../evaluate/basis.ts';
import { aboutSchema } from '../evaluate/finding.ts';
import { actorSchema } from '../ingest/audit-record.ts';
import { detailSchema, qualifiersSchema, severities } from '../rules/verdict.ts';
import { subjectSchema } from '../state/subject.ts';

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

/*
 * An alert as it is stored is content, life and notices. Each is one schema, and the types come from it. What later versions added has a
 * default here or is optional, so that an older row is read.
 */

/** What the rule decides: replaced by each finding, so that a cause or an actor that is no longer true does not stay. */
export const contentSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  rule: z.string(),
  about: aboutSchema.default({ title: '' }),
  severity: z.enum(severities),
  subject: subjectSchema,
  title: z.string(),
  summary: z.string(),
  cause: causeSchema.exactOptional(),
  due: z.string().exactOptional(),
  happenedAt: z.string(),
  actor: actorSchema.exactOptional(),
  /** The application that the actor used. */
  via: z.string().exactOptional(),
  facts: z.record(z.string(), z.unknown()).default({}),
  details: z.array(detailSchema).default([]),
  evidence: z.array(evidenceSchema).default([]),
  runbook: z.array(z.string()).default([]),
  qualifiers: qualifiersSchema.default({}),
  /** What the last accepted verdict was computed from (law 2). */
  basis: storedBasisSchema.default({ names: [], versions: {} }),
  /** When that verdict was computed: of two with the same basis the later one counts. */
  evaluatedAt: z.string().exactOptional(),
  extent: z.array(z.string()).default([]),
});
export type AlertContent = z.infer<typeof contentSchema>;

/** What people can do about an alert. */
const commandKinds = ['acknowledge', 'snooze', 'reopen'] as const;

/** Who was signed in: the object id, which never changes and belongs to nobody else, and what people know him by. */
const principalSchema = z.object({
  id: z.string(),
  /** An application may have none. */
  name: z.string().exactOptional(),
  userName: z.string().exactOptional(),
});
export type CommandPrincipal = z.infer<typeof principalSchema>;

/** One command that was carried out. */
const commandSchema = z.object({
  kind: z.enum(commandKinds),
  at: z.string(),
  /** Absent where nobody is asked who he is: on a machine without sign-in. */
  by: principalSchema.exactOptional(),
  /** Of a snooze. */
  until: z.string().exactOptional(),
  note: z.string().exactOptional(),
});
export type CarriedOutCommand = z.infer<typeof commandSchema>;

/** What people and clocks decide. No finding touches it but through the lifecycle. A new field is a line here. */
const lifeSchema = z.object({
  status: z.enum(alertStatuses),
  episode: z.number(),
  openedAt: z.string(),
  updatedAt: z.string(),
  resolvedAt: z.string().exactOptional(),
  mutedBy: z.string().exactOptional(),
  /** The last episode in which `attributed` was told; one a time. */
  attributedEpisode: z.number().exactOptional(),
  /** Opened in a first collection, more than a day after the fact: no notice of its own. */
  firstSight: z.boolean().exactOptional(),
  snoozedUntil: z.string().exactOptional(),
  /** The newest last, and of those long ago none: who did what, also in earlier episodes. */
  commands: z.array(commandSchema).exactOptional(),
});
export type AlertLife = z.infer<typeof lifeSchema>;

/** One notice of one alert to one channel; without an outcome but `waiting` it is sent again whenever its alert is touched. */
export const noticeSchema = z.object({
  /** Hash of fingerprint, episode, reason, sequence and channel: a second decision for the same thing is the same row. */
  key: z.string(),
  /** Notices of one alert are in this order. The last one is always kept, so that no number comes twice where old ones go. */
  sequence: z.number().default(0),
  channel: z.string(),
  reason: z.enum(noticeReasons),
  /** When it was decided while waiting, when it was sent once it is. */
  at: z.string(),
  outcome: z.enum(['sent', 'waiting', 'refused']),
});
export type StoredNotice = z.infer<typeof noticeSchema>;

export type StoredAlert = AlertContent & AlertLife & { notices: StoredNotice[] };

/** What a row of an alert holds: fields that this build does not know are kept, so an older instance loses nothing of a newer one. */
export const alertRowSchema = z.looseObject({ ...contentSchema.shape, ...lifeSchema.shape });

/** What the lifecycle remembers for itself. */
const inside = [
  'qualifiers',
  'basis',
  'evaluatedAt',
  'extent',
  'via',
  'attributedEpisode',
  'firstSight',
  'snoozedUntil',
] as const satisfies readonly (keyof StoredAlert)[];

/** The shape of the API, of `--json` and of notices: all but what stays inside. */
export type Alert = Omit<StoredAlert, (typeof inside)[number] | 'notices'> & {
  notices: Omit<StoredNotice, 'key' | 'sequence'>[];
};

const stayInside: ReadonlySet<string> = new Set(inside);

/** The fields that everybody sees, but for the notices. */
export const shownFields = Object.keys({ ...contentSchema.shape, ...lifeSchema.shape }).filter(
  (field) => !stayInside.has(field),
);
