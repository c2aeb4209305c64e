import type { Format } from '../../shared/ingest/detect-format.ts';
import { detectFormat } from '../../shared/ingest/detect-format.ts';
import { unpackedRecord } from '../../shared/ingest/read-record-of.ts';
import { InputError } from './input-error.ts';
import type { Cut } from './cut.ts';
import type { OpenLog } from './open-log.ts';
import { putBack } from './put-back.ts';

/** A log of which it is known what it is, still to be read from its beginning. */
export interface RecognisedLog {
  format: Format;
  /** Whether one of its first records is of another format. */
  isMixed: boolean;
  cuts: AsyncIterableIterator<Cut[]>;
}

/** A log may begin with a few records that are none; what is nothing else for so long is no log. */
const foreignRecords = 100;

/** @throws InputError for what is no log, or holds no record */
export async function recogniseLog({ format, cuts }: OpenLog): Promise<RecognisedLog> {
  if (format !== undefined) return { format, isMixed: false, cuts };
  const held: Cut[][] = [];
  let looked = 0;
  let reason = 'holds no records';
  while (looked < foreignRecords) {
    const next = await cuts.next();
    if (next.done === true) break;
    held.push(next.value);
    for (const cut of next.value) {
      looked += 1;
      const detected = cut.kind === 'broken' ? cut : detectFormat(unpackedRecord(cut.value));
      if (detected.kind === 'format') {
        const isMixed = next.value.some((other) => isOfAnother(other, detected.format));
        return { format: detected.format, isMixed, cuts: putBack(held, cuts) };
      }
      if (looked === 1) reason = `is not a log: ${detected.reason}`;
    }
  }
  await cuts.return(undefined);
  throw new InputError(reason);
}

function isOfAnother(cut: Cut, format: Format): boolean {
  if (cut.kind === 'broken') return false;
  const detected = detectFormat(unpackedRecord(cut.value));
  return detected.kind === 'format' && detected.format !== format;
}
