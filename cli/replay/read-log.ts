import type { Format } from '../../shared/ingest/detect-format.ts';
import { readRecordOf } from '../../shared/ingest/read-record-of.ts';
import type { ReadableRecord } from './gather-records.ts';
import type { RecognisedLog } from './recognise-log.ts';

/** A record or stretch of a file that could not be read; `position` is its number in the file, from 1. */
export interface UnreadableRecord {
  position: number;
  reason: string;
}

export interface LogContent {
  format: Format;
  /** How many could be read, duplicates included. */
  records: number;
  duplicates: number;
  unreadable: UnreadableRecord[];
}

/** Counts what is in the log and gives each record to `take`; `tenantId` stands for those that name none. */
export async function readLog(
  { format, cuts }: RecognisedLog,
  tenantId: string,
  take: (read: ReadableRecord) => 'new' | 'duplicate' | 'held',
): Promise<LogContent> {
  const content: LogContent = { format, records: 0, duplicates: 0, unreadable: [] };
  let position = 0;
  for await (const some of cuts) {
    for (const cut of some) {
      position += 1;
      const read =
        cut.kind === 'broken'
          ? ({ kind: 'unreadable', reason: cut.reason } as const)
          : readRecordOf(format, cut.value, tenantId);
      if (read.kind === 'unreadable') {
        content.unreadable.push({ position, reason: read.reason });
        continue;
      }
      content.records += 1;
      if (take(read) === 'duplicate') content.duplicates += 1;
    }
  }
  return content;
}
