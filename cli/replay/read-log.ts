import type { Format } from '../../shared/ingest/detect-format.ts';
import { formatOf } from '../../shared/ingest/detect-format.ts';
import { asObject } from '../../shared/json/json-value.ts';
import { readRecordOf, unpackedRecord } from '../../shared/ingest/read-record-of.ts';
import type { ReadRecord } from '../../shared/ingest/read-record.ts';
import { unreadable } from '../../shared/ingest/read-record.ts';
import type { Cut } from './cut.ts';
import type { ReadableRecord } from './gather-records.ts';
import { InputError } from './input-error.ts';
import type { RecognisedLog } from './recognise-log.ts';

/** A record or stretch of a file that could not be read; `position` is its number in the file, from 1. */
export interface UnreadableRecord {
  position: number;
  reason: string;
}

export interface LogContent {
  /** That of its first record; others may be of another. */
  format: Format;
  /** How many could be read, duplicates included. */
  records: number;
  duplicates: number;
  unreadable: UnreadableRecord[];
}

/**
 * Counts what is in the log and gives each record to `take`; `tenantId` stands for those that name none.
 * @throws InputError for a table without rows
 */
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
      const read = readCut(cut, format, tenantId);
      if (read.kind === 'unreadable') {
        content.unreadable.push({ position, reason: read.reason });
        continue;
      }
      content.records += 1;
      if (take(read) === 'duplicate') content.duplicates += 1;
    }
  }
  if (content.records === 0 && content.unreadable.length === 0)
    throw new InputError('holds no records, only the names of its columns');
  return content;
}

/** What both logs wrote may stand in one file; what is of no format is read as the file's, so that the reason speaks of its fields. */
function readCut(cut: Cut, ofFile: Format, tenantId: string): ReadRecord {
  if (cut.kind === 'broken') return unreadable(cut.reason);
  const record = unpackedRecord(cut.value);
  const object = asObject(record);
  const own = cut.format ?? (object === undefined ? undefined : formatOf(object));
  return readRecordOf(own ?? ofFile, record, tenantId);
}
