import type { Format } from '../../shared/ingest/detect-format.ts';
import { defined } from '../../shared/json/defined.ts';
import { carriageReturn, newLine, quote } from './ascii.ts';
import type { Cut } from './cut.ts';
import { largestRecordBytes } from './cut.ts';

/**
 * Cuts rows out of a stream of CSV (RFC 4180) and gives them as objects by the names of their columns. Of our own because a row that
 * is damaged must be told and must not take others with it: csv-parse, told to skip what it cannot read, drops the rows behind it.
 */
export interface CsvHead {
  columns: string[];
  /** One byte: `;` and tab are what spreadsheets and `Export-Csv -UseCulture` write in many countries. A line end where there is one column. */
  delimiter: string;
  /** Where the first row begins. */
  length: number;
}

const delimiters = [',', ';', '\t', '|'];

/** Windows PowerShell's Export-Csv begins with the type, Excel with the separator. */
const preamble = /^(?:#TYPE |sep=)[^\n]*\n?/;

/** The first line, in the columns that it has by the delimiter of which it has most; `head` must hold it whole. */
export function csvHeadOf(head: Buffer): CsvHead {
  const text = head.toString('latin1');
  const skipped = preamble.exec(text)?.[0].length ?? 0;
  const lineEnd = text.indexOf('\n', skipped);
  const line = head.toString('utf8', skipped, lineEnd === -1 ? head.length : lineEnd);
  return { ...columnsOf(line), length: lineEnd === -1 ? head.length : lineEnd + 1 };
}

function columnsOf(line: string): Omit<CsvHead, 'length'> {
  const row = line.replace(/\r$/, '').replace(/^\uFEFF/, '');
  const counted = delimiters
    .map((delimiter) => ({ delimiter, columns: cellsOf(row, delimiter) }))
    .sort((left, right) => right.columns.length - left.columns.length);
  const [best] = counted.filter(({ columns }) => columns.length > 1);
  // A line end stands in no bare cell, so it divides nothing: of one column the line is the cell, with all its commas.
  const { delimiter, columns } = best ?? { delimiter: '\n', columns: cellsOf(row, '\n') };
  return { delimiter, columns: columns.map((column) => column.trim()) };
}

/** The cells of a row whose quotes are in order; what stands between a quote that closes and the next delimiter belongs to none. */
function cellsOf(row: string, delimiter: string): string[] {
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    let end = at;
    if (row[at] === '"') {
      end = row.indexOf('"', at + 1);
      while (end !== -1 && row[end + 1] === '"') end = row.indexOf('"', end + 2);
      if (end === -1) end = row.length;
      cells.push(row.slice(at + 1, end).replaceAll('""', '"'));
      end += 1;
    }
    const closed = end;
    end = row.indexOf(delimiter, closed);
    if (end === -1) end = row.length;
    if (closed === at) cells.push(row.slice(at, end));
    if (end >= row.length) return cells;
    at = end;
  }
}

/** A header is shorter, and holds no JSON: so much tells it from most rows cheaply. */
const longestHeader = 4096;

/** Rows hold a time, and names of columns no digits: so no name that a tenant chose makes a header of a row. */
const columnName = /^[a-z][^\d]*$/i;

export class CsvRecords {
  readonly #formatOf: (columns: readonly string[]) => Format | undefined;
  readonly #limit: number;
  #columns: readonly string[] = [];
  #delimiter = ',';
  #delimiterByte = 0;
  #format: Format | undefined;
  /** What has come of the row under way, which begins at 0, and what has not been looked at. */
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** `closed`: behind a quote that closes the cell, or is the first half of a quote within it. */
  #cell: 'begins' | 'bare' | 'quoted' | 'closed' = 'begins';
  /** Why the rows since the last good one could not be read. */
  #broken: string | undefined;
  #cuts: Cut[] = [];

  /** `formatOf` tells whether columns are those of a log. */
  constructor(
    head: CsvHead,
    formatOf: (columns: readonly string[]) => Format | undefined,
    limit = largestRecordBytes,
  ) {
    this.#formatOf = formatOf;
    this.#limit = limit;
    this.#goBy(head, formatOf(head.columns));
  }

  /** The rows that end within what has come so far; chunks may be cut anywhere. */
  push(chunk: Buffer): Cut[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#scan();
    return this.#taken();
  }

  /** What is left when nothing more comes. */
  end(): Cut[] {
    while (this.#bytes.length > 0) {
      if (this.#cell === 'quoted') {
        this.#fail('the file ends in the middle of this row: it was cut off');
        this.#scan();
      } else {
        this.#rowEnded(this.#bytes.length, this.#bytes.length);
      }
    }
    this.#tellBroken();
    return this.#taken();
  }

  #scan(): void {
    while (this.#at < this.#bytes.length) {
      const byte = this.#bytes[this.#at];
      if (this.#cell === 'quoted') {
        const end = this.#bytes.indexOf(quote, this.#at);
        this.#at = end === -1 ? this.#bytes.length : end + 1;
        if (end !== -1) this.#cell = 'closed';
        if (this.#at > this.#limit) this.#fail('larger than any audit record is: a quote is not closed');
      } else if (byte === newLine) {
        this.#rowEnded(this.#at, this.#at + 1);
      } else if (byte === this.#delimiterByte) {
        this.#cell = 'begins';
        this.#at += 1;
      } else if (byte === quote) {
        this.#cell = this.#cell === 'bare' ? 'bare' : 'quoted';
        this.#at += 1;
      } else if (this.#cell === 'closed' && byte !== carriageReturn) {
        this.#fail('its quotes are not in order');
      } else {
        if (this.#cell === 'begins') this.#cell = 'bare';
        this.#at += 1;
      }
    }
  }

  #rowEnded(end: number, next: number): void {
    const text = this.#line(end);
    this.#goOnAt(next);
    if (text === '' || preamble.test(text) || this.#isHeader(text)) return;
    const cells = cellsOf(text, this.#delimiter);
    if (cells.length !== this.#columns.length) {
      this.#broken ??= `has ${cells.length} of ${this.#columns.length} columns`;
      return;
    }
    this.#tellBroken();
    const row = Object.fromEntries(this.#columns.map((column, index) => [column, cells[index] ?? '']));
    this.#cuts.push({ kind: 'value', value: row, ...defined({ format: this.#format }) });
  }

  /** What has come up to there, without what ends a line. */
  #line(end: number): string {
    return this.#bytes.toString('utf8', 0, this.#bytes[end - 1] === carriageReturn ? end - 1 : end);
  }

  /** Gives the row under way up and looks for the next good one from the line behind its first. */
  #fail(reason: string): void {
    const lineEnd = this.#bytes.indexOf(newLine);
    const end = lineEnd === -1 ? this.#bytes.length : lineEnd;
    const isHeader = end <= longestHeader && this.#isHeader(this.#line(end));
    if (!isHeader) this.#broken ??= reason;
    this.#goOnAt(lineEnd === -1 ? end : end + 1);
  }

  /** Exports that were put behind one another repeat the header, or go on with another one. */
  #isHeader(text: string): boolean {
    if (text.length > longestHeader || text.includes('{')) return false;
    const head = columnsOf(text);
    if (!head.columns.every((column) => columnName.test(column))) return false;
    const format = this.#formatOf(head.columns);
    if (format !== undefined) this.#goBy(head, format);
    return format !== undefined;
  }

  #goBy({ columns, delimiter }: Omit<CsvHead, 'length'>, format: Format | undefined): void {
    this.#columns = columns;
    this.#delimiter = delimiter;
    this.#delimiterByte = delimiter.charCodeAt(0);
    this.#format = format;
  }

  #goOnAt(next: number): void {
    this.#bytes = this.#bytes.subarray(next);
    this.#at = 0;
    this.#cell = 'begins';
  }

  /** Lines without a good row between them are one stretch: which of them began a row cannot be known. */
  #tellBroken(): void {
    if (this.#broken !== undefined) this.#cuts.push({ kind: 'broken', reason: this.#broken });
    this.#broken = undefined;
  }

  #taken(): Cut[] {
    const cuts = this.#cuts;
    this.#cuts = [];
    return cuts;
  }
}
