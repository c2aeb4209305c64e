import type { Format } from '../../shared/ingest/detect-format.ts';
import { detectCsv } from '../../shared/ingest/detect-format.ts';
import type { CsvHead } from './csv-records.ts';
import { csvHeadOf, CsvRecords } from './csv-records.ts';
import { DamagedInputError, InputError } from './input-error.ts';
import { contentOf, peeked } from './input.ts';
import type { Cut } from './cut.ts';
import { JsonRecords } from './json-records.ts';

/** The records of a log, as they come. `format` is known beforehand only for CSV; JSON is recognised by its records. */
export interface OpenLog {
  format?: Format;
  cuts: AsyncGenerator<Cut[]>;
}

/** Enough for the header of a CSV, and for what stands before the first record of anything. */
const headBytes = 64 * 1024;

/** @throws InputError for what is empty, and for what is neither JSON nor the CSV of a log */
export async function openLog(bytes: AsyncIterable<Buffer>): Promise<OpenLog> {
  const { head, all } = await peeked(contentOf(bytes), headBytes).catch((error: unknown) => {
    throw error instanceof DamagedInputError ? new InputError(error.message) : error;
  });
  const content = contentIn(head);
  if (content.kind === 'no-log') {
    await all.return?.();
    throw new InputError(content.reason);
  }
  return content.kind === 'csv'
    ? {
        format: content.format,
        cuts: cutsOf(without(all, content.head.length), new CsvRecords(content.head, formatOfColumns)),
      }
    : { cuts: cutsOf(all, new JsonRecords()) };
}

/** How files of Office before 2007 begin, and those with a password. */
const oldOffice = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';

type Content =
  { kind: 'json' } | { kind: 'csv'; format: Format; head: CsvHead } | { kind: 'no-log'; reason: string };

function contentIn(head: Buffer): Content {
  const begin = head.toString('latin1', 0, headBytes).trimStart();
  if (begin === '') return { kind: 'no-log', reason: 'is empty' };
  // A text that holds an object: AuditData as it came. In a table its quotes would stand twice.
  if (/^(?:[[{]|"\s*\{\s*\\")/.test(begin)) return { kind: 'json' };
  if (begin.startsWith(oldOffice)) {
    return { kind: 'no-log', reason: 'is an Excel workbook, an old or a protected one: save it as CSV' };
  }
  if (isBinary(begin)) return { kind: 'no-log', reason: 'is not a log: neither JSON nor CSV' };
  const csv = csvHeadOf(head);
  const detected = detectCsv(csv.columns);
  if (detected.kind === 'format') return { kind: 'csv', format: detected.format, head: csv };
  // Lines that are no JSON may stand before JSON Lines, and may hold commas.
  if (/\n[[{]/.test(begin)) return { kind: 'json' };
  return {
    kind: 'no-log',
    reason: `is not a log: ${csv.columns.length > 1 ? detected.reason : 'neither JSON nor CSV'}`,
  };
}

function formatOfColumns(columns: readonly string[]): Format | undefined {
  const detected = detectCsv(columns);
  return detected.kind === 'format' ? detected.format : undefined;
}

/** Text has no control characters but blanks; a hostile name in it has few. Of other bytes one in nine is one. */
function isBinary(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  const controls = text.match(/[\u0000-\u0008\u000e-\u001f\u007f]/g)?.length ?? 0;
  return controls * 50 > text.length;
}

async function* cutsOf(
  bytes: AsyncIterable<Buffer>,
  records: JsonRecords | CsvRecords,
): AsyncGenerator<Cut[]> {
  try {
    for await (const chunk of bytes) yield records.push(chunk);
  } catch (error) {
    if (!(error instanceof DamagedInputError)) throw error;
    // What was cut off with it is the same damage, so it is told once.
    yield records.end().filter((cut) => cut.kind === 'value');
    yield [{ kind: 'broken', reason: error.message }];
    return;
  }
  yield records.end();
}

async function* without(bytes: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let left = length;
  for await (const chunk of bytes) {
    const skipped = Math.min(left, chunk.length);
    left -= skipped;
    yield chunk.subarray(skipped);
  }
}
