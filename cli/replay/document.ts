import type { Alert } from '../../shared/alert/alert.ts';
import type { Cause } from '../../shared/timeline/explanation.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import type { LogContent } from './read-log.ts';
import type { Replayed } from './replayed.ts';
import { newestFirst } from './replayed.ts';

export type LogReport = { name: string } & LogContent;

/** What `replay --json` prints (DESIGN section 8). */
export interface ReplayDocument {
  files: LogReport[];
  ignored: Record<string, number>;
  subjects: {
    tenantId: string;
    id: string;
    name?: string;
    kind: 'user' | 'group';
    facts: Fact[];
    causes: Cause[];
    /** Only with `--user`: why rules raised nothing. */
    silent?: { rule: string; reason: string }[];
  }[];
  alerts: Alert[];
}

export function documentOf(
  files: readonly LogReport[],
  ignored: ReadonlyMap<string, number>,
  { subjects }: Replayed,
  isAboutUser: boolean,
): ReplayDocument {
  return {
    files: [...files],
    ignored: Object.fromEntries(ignored),
    subjects: subjects.map(({ timeline: { tenantId, subject, facts }, causes, silent }) => ({
      tenantId,
      id: subject.id,
      ...(subject.name === undefined ? {} : { name: subject.name }),
      kind: subject.kind,
      facts,
      causes,
      ...(isAboutUser ? { silent } : {}),
    })),
    alerts: subjects.flatMap(({ alerts }) => alerts).sort(newestFirst),
  };
}
