import { z } from 'zod';
import { firingSchema, qualifiersSchema, severities } from '../rules/verdict.ts';
import { subjectSchema } from '../state/subject.ts';
import { basisSchema } from './basis.ts';

/** What people are told about the rule, wherever its alert is shown. */
export const aboutSchema = z.object({
  title: z.string(),
  reference: z.string().exactOptional(),
  knownGaps: z.array(z.string()).exactOptional(),
  /** Whether it is somebody's deed, so that "done by" is worth a line. */
  doer: z.boolean().exactOptional(),
});
export type About = z.infer<typeof aboutSchema>;

/**
 * What evaluation says about one alert. Of a rule that is folded over a timeline it is the whole life that the condition has had: the
 * same whatever order its facts arrived in, and A → B → A is two episodes (law 4). Of a rule about what is now it is that. Findings travel
 * in queues, so they are read like everything that comes from outside.
 */
export const findingSchema = z.object({
  /** The alert's id. */
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  tenantId: z.string().min(1),
  rule: z.string().min(1),
  about: aboutSchema,
  subject: subjectSchema,
  qualifiers: qualifiersSchema,
  /** How many times it has fired, 0 where it never did. Absent where only what is now was looked at: then the alert itself counts. */
  episode: z.number().int().min(0).exactOptional(),
  state: z.enum(['firing', 'clear', 'unknown']),
  /** Why the state is what it is. */
  reason: z.string(),
  /** The last firing verdict, as seen at the end where it still fires. */
  firing: firingSchema.exactOptional(),
  severity: z.enum(severities),
  /** When the last episode began and ended, by the facts. */
  openedAt: z.string().exactOptional(),
  resolvedAt: z.string().exactOptional(),
  basis: basisSchema,
  /** When it was computed. Of two findings from the same basis the later one counts: it knows what time has settled. */
  evaluatedAt: z.string().exactOptional(),
  /** True where it was found in the first collection of a source: told as numbers, not one by one. */
  firstCollection: z.boolean().exactOptional(),
});
export type Finding = z.infer<typeof findingSchema>;
