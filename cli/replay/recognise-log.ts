import type { Format } from '../../shared/ingest/detect-format.ts';
import { detectFormat } from '../../shared/ingest/detect-format.ts';
import { readRecordOf } from '../../shared/ingest/read-record-of.ts';
import { unknownTenant } from '../../shared/ingest/read-record.ts';
import { InputError } from './input.ts';
import type { Cut } from './cut.ts';
import type { OpenLog } from './open-log.ts';
import { putBack } from './put-back.ts';

/** A log of which it is known what it is, still to be read from its beginning. */
export interface RecognisedLog {
  format: Format;
  /** The tenant that its first readable record names; absent where it names none. */
  tenantId?: string;
  cuts: AsyncIterableIterator<Cut[]>;
}

/** A log may begin with a few records that are none; what is nothing else for so long is no log. */
const foreignRecords = 100;

/** @throws InputError for what is no log, or holds no record */
export async function recogniseLog({ format: formatOfHeader, cuts }: OpenLog): Promise<RecognisedLog> {
  const held: Cut[][] = [];

  let format = formatOfHeader;
  let looked = 0;
  let reason = 'holds no records';
  while (looked < foreignRecords) {
    const next = await cuts.next();
    if (next.done === true) break;
    held.push(next.value);
    for (const cut of next.value) {
      looked += 1;
      if (cut.kind === 'broken') {
        if (looked === 1) reason = `is not a log: ${cut.reason}`;
        continue;
      }
      if (format === undefined) {
        const detected = detectFormat(cut.value);
        if (detected.kind === 'format') format = detected.format;
        else if (looked === 1) reason = `is not a log: ${detected.reason}`;
      }
      const tenantId = format === undefined ? undefined : tenantOf(format, cut.value);
      if (format !== undefined && tenantId !== undefined) {
        return { format, cuts: putBack(held, cuts), ...(tenantId === unknownTenant ? {} : { tenantId }) };
      }
    }
  }
  if (format === undefined) {
    await cuts.return(undefined);
    throw new InputError(reason);
  }
  return { format, cuts: putBack(held, cuts) };
}

/** Undefined where the record cannot be read. */
function tenantOf(format: Format, value: unknown): string | undefined {
  const read = readRecordOf(format, value);
  if (read.kind === 'unreadable') return undefined;
  return (read.kind === 'record' ? read.record.tenantId : read.tenantId) ?? unknownTenant;
}
