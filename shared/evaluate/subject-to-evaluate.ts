import { z } from 'zod';
import { subjectKinds } from '../state/subject.ts';

/**
 * Item of a message to a family: who is to be evaluated and why. `record` and `state`: something of it was stored; `group`: of a group that
 * may explain it; `coverage`: a log that it waits for was read; `time`: `at` has come, by a message that was sent to itself; `opened`: its
 * alert was opened; `basis`: a verdict was computed from older and newer things at once.
 */
export const subjectToEvaluateSchema = z.object({
  kind: z.enum(subjectKinds),
  id: z.string().min(1),
  why: z.enum(['record', 'state', 'group', 'coverage', 'time', 'opened', 'basis']),
  at: z.iso.datetime().exactOptional(),
});
export type SubjectToEvaluate = z.infer<typeof subjectToEvaluateSchema>;

export const subjectsKind = 'subjects';
/** What is found there is told as numbers, not one by one. */
export const firstSubjectsKind = 'subjects-of-first-collection';

/** So few that a message is done quickly: one that is cut off again and again would be taken for poison. */
export const subjectsInMessage = 15;
