import { carriageReturn, newLine, quote } from './ascii.ts';
import type { Cut } from './cut.ts';
import { largestRecordBytes } from './cut.ts';

/**
 * Cuts rows out of a stream of CSV (RFC 4180) and gives them as objects by the names of their columns. Of our own because a row that
 * is damaged must be told and must not take others with it: csv-parse, told to skip what it cannot read, drops the rows behind it.
 */
export interface CsvHead {
  columns: string[];
  /** One byte: `;` and tab are what spreadsheets and `Export-Csv -UseCulture` write in many countries. */
  delimiter: string;
  /** Where the first row begins. */
  length: number;
}

const delimiters = [',', ';', '\t'];

/** Windows PowerShell's Export-Csv begins with the type, Excel with the separator. */
const preamble = /^(?:#TYPE [^\n]*\n|sep=[^\n]*\n)/;

/** The header, where the text begins with one; `head` must hold it whole. */
export function csvHeadOf(head: Buffer): CsvHead | undefined {
  const text = head.toString('latin1');
  const skipped = preamble.exec(text)?.[0].length ?? 0;
  const lineEnd = text.indexOf('\n', skipped);
  const line = head.toString('utf8', skipped, lineEnd === -1 ? head.length : lineEnd).replace(/\r$/, '');
  const counted = delimiters.map((delimiter) => ({ delimiter, columns: cellsOf(line, delimiter) }));
  const [best] = counted.sort((left, right) => right.columns.length - left.columns.length);
  if (best === undefined || best.columns.length < 2) return undefined;
  return {
    columns: best.columns.map((column) => column.trim()),
    delimiter: best.delimiter,
    length: lineEnd === -1 ? head.length : lineEnd + 1,
  };
}

/** The cells of a row whose quotes are in order. */
function cellsOf(row: string, delimiter: string): string[] {
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    let end: number;
    if (row[at] === '"') {
      end = row.indexOf('"', at + 1);
      while (end !== -1 && row[end + 1] === '"') end = row.indexOf('"', end + 2);
      if (end === -1) end = row.length;
      cells.push(row.slice(at + 1, end).replaceAll('""', '"'));
      end += 1;
    } else {
      end = row.indexOf(delimiter, at);
      if (end === -1) end = row.length;
      cells.push(row.slice(at, end));
    }
    if (end >= row.length) return cells;
    at = end;
  }
}

export class CsvRecords {
  readonly #head: CsvHead;
  readonly #delimiter: number;
  readonly #limit: number;
  /** What has come of the row under way, which begins at 0, and what has not been looked at. */
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** `closed`: behind a quote that closes the cell, or is the first half of a quote within it. */
  #cell: 'begins' | 'bare' | 'quoted' | 'closed' = 'begins';
  /** Why the rows since the last good one could not be read. */
  #broken: string | undefined;
  #cuts: Cut[] = [];

  constructor(head: CsvHead, limit = largestRecordBytes) {
    this.#head = head;
    this.#delimiter = head.delimiter.charCodeAt(0);
    this.#limit = limit;
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
      } else if (byte === this.#delimiter) {
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
    const text = this.#bytes.toString('utf8', 0, this.#bytes[end - 1] === carriageReturn ? end - 1 : end);
    this.#goOnAt(next);
    if (text === '') return;
    const { columns, delimiter } = this.#head;
    const cells = cellsOf(text, delimiter);
    if (cells.length !== columns.length) {
      this.#broken ??= `has ${cells.length} of ${columns.length} columns`;
      return;
    }
    this.#tellBroken();
    const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
    this.#cuts.push({ kind: 'value', value: row });
  }

  /** Gives the row under way up and looks for the next good one from the line behind its first. */
  #fail(reason: string): void {
    this.#broken ??= reason;
    const lineEnd = this.#bytes.indexOf(newLine);
    this.#goOnAt(lineEnd === -1 ? this.#bytes.length : lineEnd + 1);
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
