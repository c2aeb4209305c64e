import { jsonText } from '../../shared/json/json-text.ts';
import type { Alert } from '../../shared/alert/alert.ts';
import type { Explained } from '../../shared/rules/licence/remedies.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import type { GatheredRecords } from './gather-records.ts';
import { newestFirst } from './newest-first.ts';
import type { LogContent } from './read-log.ts';
import type { Replayed } from './replayed.ts';

export type LogReport = { name: string } & LogContent;

/** What `replay --json` prints. */
export interface ReplayDocument {
  files: LogReport[];
  subjects: {
    tenantId: string;
    id: string;
    name?: string;
    kind: 'user' | 'group';
    facts: Fact[];
    causes: Explained[];
    /** Only with `--user`: why rules raised nothing. */
    silent?: { rule: string; reason: string }[];
  }[];
  ignored: Record<string, number>;
  alerts: Alert[];
}

/** The document in portions, one subject or alert a line; joined they are one JSON value. */
export async function* documentOf(
  files: readonly LogReport[],
  gathered: GatheredRecords,
  { subjects }: Replayed,
  isAboutUser: boolean,
): AsyncGenerator<string> {
  yield `{"files": ${jsonText(files, 0)},\n"subjects": [`;
  // As text an alert takes a fraction of its memory, and alerts are printed in another order than subjects.
  const alerts: { openedAt: string; id: string; text: string }[] = [];
  let separator = '\n';
  for await (const { timeline, causes, silent, alerts: ofSubject } of subjects) {
    for (const alert of ofSubject) {
      alerts.push({ openedAt: alert.openedAt, id: alert.id, text: jsonText(alert, 0) });
    }
    const { subject, tenantId, facts } = timeline;
    const { id, kind, name } = subject;
    const asked = isAboutUser ? { silent } : {};
    const entry: ReplayDocument['subjects'][number] = { tenantId, id, kind, name, facts, causes, ...asked };
    yield `${separator}${jsonText(entry, 0)}`;
    separator = ',\n';
  }
  // Which records gave no fact is known when all subjects have come.
  yield `\n],\n"ignored": ${jsonText(Object.fromEntries(gathered.ignored), 0)},\n"alerts": [`;
  separator = '\n';
  for (const { text } of alerts.sort(newestFirst)) {
    yield `${separator}${text}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}
