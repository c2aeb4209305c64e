import type { Format } from '../../shared/ingest/detect-format.ts';
import { detectFormat } from '../../shared/ingest/detect-format.ts';
import { InputError } from './input.ts';
import type { Cut } from './cut.ts';
import type { OpenLog } from './open-log.ts';
import { putBack } from './put-back.ts';

/** A log of which it is known what it is, still to be read from its beginning. */
export interface RecognisedLog {
  format: Format;
  cuts: AsyncIterableIterator<Cut[]>;
}

/** A log may begin with a few records that are none; what is nothing else for so long is no log. */
const foreignRecords = 100;

/** @throws InputError for what is no log, or holds no record */
export async function recogniseLog({ format, cuts }: OpenLog): Promise<RecognisedLog> {
  if (format !== undefined) return { format, cuts };
  const held: Cut[][] = [];
  let looked = 0;
  let reason = 'holds no records';
  while (looked < foreignRecords) {
    const next = await cuts.next();
    if (next.done === true) break;
    held.push(next.value);
    for (const cut of next.value) {
      looked += 1;
      const detected = cut.kind === 'broken' ? cut : detectFormat(cut.value);
      if (detected.kind === 'format') return { format: detected.format, cuts: putBack(held, cuts) };
      if (looked === 1) reason = `is not a log: ${detected.reason}`;
    }
  }
  await cuts.return(undefined);
  throw new InputError(reason);
}
