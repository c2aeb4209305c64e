import {
  backslash,
  carriageReturn,
  closeBrace,
  closeBracket,
  colon,
  comma,
  newLine,
  openBrace,
  openBracket,
  quote,
  space,
  tab,
} from './ascii.ts';
import type { Cut } from './cut.ts';
import { largestRecordBytes } from './cut.ts';
import { columnsOf, rowAsObject } from './log-analytics-table.ts';

/** Audit records nest about ten deep. The limit also bounds how often a stretch that never closes is read again. */
const deepestNesting = 128;

/** How a line of laid-out JSON goes on: after a stretch that could not be read, no record begins with these. */
const continuations = new Set([space, tab, carriageReturn, newLine, quote, closeBrace, closeBracket, comma]);

/** A byte order mark begins each of several files that were put behind one another. No JSON has its bytes outside of texts. */
const markBytes = new Set([0xef, 0xbb, 0xbf]);

const listKeys = new Set(['value', 'records', 'tables']);
/** More than any key that matters has. */
const keyBytes = 16;

interface Container {
  /** `list` and `rows` hold records; an `object` may be one, or turn out to be a `wrapper` of lists; `inner` is within either. */
  role: 'list' | 'rows' | 'object' | 'wrapper' | 'inner';
  closedBy: typeof closeBrace | typeof closeBracket;
  /** Names of the columns of `rows`, in their order. */
  columns?: string[];
}

/**
 * Cuts records out of a stream of JSON and gives each to `JSON.parse`: memory holds one record, whatever the file's size.
 * A streaming parser library costs several times `JSON.parse` of the same bytes; this looks at brackets and strings only,
 * and leaves to `JSON.parse` whether a record is right.
 *
 * Records are the values of JSON Lines, the elements of a list, and those of the lists in which services wrap them: `value`
 * (Graph), `records` (Azure Monitor to an event hub), `tables[].rows` (Log Analytics query API). Lists may stand in lists
 * (`jq --slurp`), and lines may hold lists.
 */
export class JsonRecords {
  readonly #limit: number;
  /** What has come and is still needed: the record under way, and what has not been looked at. */
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #open: Container[] = [];
  /** What has to come next for the JSON to be right; `end` where a value has just ended. */
  #expected: 'value' | 'key' | 'end' = 'value';
  /** Where the text under way begins, behind its quote; -1 outside of texts. */
  #textStart = -1;
  #escaped = false;
  /** The last key of an object that may be a wrapper, and where it begins. */
  #key = '';
  #keyStart = 0;
  /** How many containers were open when the record under way began; -1 between records. */
  #recordDepth = -1;
  #recordStart = 0;
  /** True while the record under way is a number, a word, or no JSON at all. */
  #bare = false;
  /** True once the record under way is past the limit: its bytes are let go, its end is still looked for. */
  #oversize = false;
  /** Blanks before this place where its line has had nothing else; -1 behind that. */
  #indent = 0;
  /** The indent of the record under way, -1 where it does not begin its line. */
  #recordIndent = -1;
  /** Why a stretch could not be read, while the next place to go on from is looked for. */
  #broken: string | undefined;
  #cuts: Cut[] = [];

  constructor(limit = largestRecordBytes) {
    this.#limit = limit;
  }

  /** The records that end within what has come so far. Chunks may be cut anywhere, also within a character or an escape. */
  push(chunk: Buffer): Cut[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#scan();
    this.#letGo();
    return this.#taken();
  }

  /** What is left when nothing more comes. */
  end(): Cut[] {
    const isLostInList = this.#isLost() && this.#open.length > 0;
    if (this.#bare) this.#valueEnded();
    // A record that was cut off may have swallowed lines behind it: they are read again, from the next line on.
    while (this.#recordDepth !== -1) {
      this.#fail('the file ends in the middle of this record: it was cut off');
      this.#scan();
      if (this.#bare) this.#valueEnded();
    }
    if (this.#isLost()) {
      this.#tellBroken(isLostInList ? '; what follows it in its list could not be told apart' : '');
    } else if (this.#open.length > 0) {
      this.#cuts.push({ kind: 'broken', reason: 'the file ends before its list does: it was cut off' });
    }
    return this.#taken();
  }

  /** Whether the next place to go on from is looked for. */
  #isLost(): boolean {
    return this.#broken !== undefined;
  }

  #tellBroken(more = ''): void {
    this.#cuts.push({ kind: 'broken', reason: `${this.#broken ?? ''}${more}` });
    this.#broken = undefined;
  }

  #scan(): void {
    while (this.#at < this.#bytes.length) {
      if (this.#isLost()) {
        if (!this.#resume()) return;
      } else if (this.#textStart !== -1) {
        this.#passText();
      } else {
        this.#passToken(this.#bytes[this.#at] ?? 0);
      }
    }
  }

  #passToken(byte: number): void {
    const isBlank = byte === space || byte === newLine || byte === carriageReturn || byte === tab;
    if (this.#bare) {
      if (!isBlank && byte !== comma && byte !== closeBracket && byte !== closeBrace) {
        this.#at += 1;
        return;
      }
      this.#valueEnded();
      if (this.#isLost()) return;
    }
    if (isBlank) {
      this.#passBlank(byte);
      return;
    }
    if (markBytes.has(byte) && this.#open.length === 0) {
      this.#at += 1;
      return;
    }
    if (this.#isLostBeginning(byte)) {
      this.#fail('the record is cut off: the next one begins within it');
      return;
    }
    switch (byte) {
      case openBrace:
        this.#begin(closeBrace);
        break;
      case openBracket:
        this.#begin(closeBracket);
        break;
      case closeBrace:
      case closeBracket:
        this.#close(byte);
        break;
      case quote:
        if (this.#recordDepth === -1 && this.#holdsRecords()) this.#beginRecord();
        this.#textStart = this.#at + 1;
        this.#at += 1;
        break;
      case comma:
        this.#expected = this.#open.at(-1)?.closedBy === closeBrace ? 'key' : 'value';
        this.#at += 1;
        break;
      case colon:
        if (this.#recordDepth === -1 && this.#holdsRecords()) this.#beginBare();
        this.#expected = 'value';
        this.#at += 1;
        break;
      default:
        if (this.#recordDepth === -1 && this.#holdsRecords()) this.#beginBare();
        this.#expected = 'end';
        this.#at += 1;
    }
    this.#indent = -1;
  }

  #passBlank(byte: number): void {
    if (byte === newLine) this.#indent = 0;
    else if (this.#indent !== -1) this.#indent += 1;
    this.#at += 1;
  }

  /** The tight loop: most bytes of a log are in texts. */
  #passText(): void {
    const bytes = this.#bytes;
    const length = bytes.length;
    let at = this.#at;
    if (this.#escaped) {
      this.#escaped = false;
      if (bytes[at] !== newLine) at += 1;
    }
    for (;;) {
      if (this.#indent === -1) {
        while (at < length && !endsPlainRun(bytes[at])) at += 1;
      }
      if (at >= length) break;
      const byte = bytes[at];
      if (byte === quote) {
        this.#at = at + 1;
        this.#textEnded(at);
        return;
      }
      if (byte === backslash) {
        this.#indent = -1;
        // JSON has no escaped line break: a line that ends here was cut off within an escape.
        at += bytes[at + 1] === newLine ? 1 : 2;
      } else if (byte === newLine) {
        this.#indent = 0;
        at += 1;
      } else if (byte === space || byte === tab) {
        this.#indent += 1;
        at += 1;
      } else if (byte !== undefined && this.#isLostBeginning(byte)) {
        this.#fail('the record is cut off: the next one begins within it');
        return;
      } else {
        this.#indent = -1;
        at += 1;
      }
    }
    this.#escaped = at > length;
    this.#at = length;
  }

  #textEnded(end: number): void {
    const role = this.#open.at(-1)?.role;
    if (this.#expected === 'key' && (role === 'object' || role === 'wrapper')) {
      this.#key =
        end - this.#textStart < keyBytes ? this.#bytes.toString('latin1', this.#textStart, end) : '';
      this.#keyStart = this.#textStart - 1;
    }
    this.#textStart = -1;
    this.#valueEnded();
  }

  /**
   * Whether a line that begins as records of this file do stands where the record under way cannot have it: then that record was
   * cut off. Everything else that is wrong within a record leaves its brackets in balance often enough to lose only that one.
   */
  #isLostBeginning(byte: number): boolean {
    if (this.#indent === -1 || this.#recordDepth === -1) return false;
    if (byte !== openBrace && !(byte === openBracket && this.#open[this.#recordDepth - 1]?.role === 'rows'))
      return false;
    if (this.#indent !== 0 && this.#indent !== this.#recordIndent) return false;
    return this.#textStart !== -1 || this.#expected !== 'value';
  }

  /** Whether a value that begins here is a record. */
  #holdsRecords(): boolean {
    const role = this.#open.at(-1)?.role;
    return role === undefined || role === 'list' || role === 'rows';
  }

  #beginRecord(): void {
    this.#recordDepth = this.#open.length;
    this.#recordStart = this.#at;
    this.#recordIndent = this.#indent;
    this.#oversize = false;
  }

  #beginBare(): void {
    this.#beginRecord();
    this.#bare = true;
  }

  #begin(closedBy: Container['closedBy']): void {
    if (this.#open.length === deepestNesting) {
      this.#fail(`nested deeper than ${deepestNesting}: brackets are not closed`);
      return;
    }
    this.#open.push(this.#containerBeginning(closedBy));
    this.#expected = closedBy === closeBrace ? 'key' : 'value';
    this.#at += 1;
  }

  #containerBeginning(closedBy: Container['closedBy']): Container {
    const parent = this.#open.at(-1);
    if (this.#recordDepth === -1 && this.#holdsRecords()) {
      if (closedBy === closeBracket && parent?.role !== 'rows') return { role: 'list', closedBy };
      this.#beginRecord();
      return { role: closedBy === closeBrace ? 'object' : 'inner', closedBy };
    }
    if (closedBy === closeBracket && (parent?.role === 'object' || parent?.role === 'wrapper')) {
      const list = this.#listUnder(this.#key);
      if (list !== undefined) {
        parent.role = 'wrapper';
        this.#recordDepth = -1;
        return list;
      }
    }
    return { role: 'inner', closedBy };
  }

  /** The list that a wrapper has under this key, where it is one that holds records. */
  #listUnder(key: string): Container | undefined {
    if (listKeys.has(key)) return { role: 'list', closedBy: closeBracket };
    if (key !== 'rows' || this.#recordDepth === -1 || this.#oversize) return undefined;
    const columns = columnsOf(this.#bytes.toString('utf8', this.#recordStart, this.#keyStart));
    return columns === undefined ? undefined : { role: 'rows', closedBy: closeBracket, columns };
  }

  #close(byte: typeof closeBrace | typeof closeBracket): void {
    if (this.#open.at(-1)?.closedBy !== byte) {
      this.#fail('not JSON: a bracket closes that was not opened');
      return;
    }
    this.#open.pop();
    this.#at += 1;
    this.#valueEnded();
  }

  /** The value that ends before `#at` may be the record. */
  #valueEnded(): void {
    const wasBare = this.#bare;
    this.#bare = false;
    if (this.#recordDepth === this.#open.length) {
      const cut = this.#cut();
      // A line of text that is no JSON is one thing that cannot be read, not as many as it has words.
      if (cut.kind === 'broken' && wasBare && this.#open.length === 0) {
        this.#fail(cut.reason);
        return;
      }
      this.#cuts.push(cut);
      this.#recordDepth = -1;
    }
    this.#expected = this.#recordDepth === -1 && this.#holdsRecords() ? 'value' : 'end';
  }

  #cut(): Cut {
    if (this.#oversize || this.#at - this.#recordStart > this.#limit) {
      const limit = Math.round(this.#limit / 1024 / 1024);
      return { kind: 'broken', reason: `larger than ${limit} MB, which no audit record is` };
    }
    let value: unknown;
    try {
      value = JSON.parse(this.#bytes.toString('utf8', this.#recordStart, this.#at));
    } catch {
      return { kind: 'broken', reason: 'not valid JSON' };
    }
    const columns = this.#open.at(-1)?.columns;
    return { kind: 'value', value: columns === undefined ? value : rowAsObject(columns, value) };
  }

  /** Gives the record under way up; `#resume` looks for the next one from the line behind its first. */
  #fail(reason: string): void {
    this.#broken = reason;
    if (this.#recordDepth === -1) {
      this.#recordIndent = -1;
    } else {
      if (!this.#oversize) this.#at = this.#recordStart;
      this.#open.length = this.#recordDepth;
    }
    this.#recordDepth = -1;
    this.#textStart = -1;
    this.#escaped = false;
    this.#bare = false;
    this.#expected = 'value';
  }

  /** Goes to the next line on which a record can begin; false where none has come yet. */
  #resume(): boolean {
    for (;;) {
      const lineEnd = this.#bytes.indexOf(newLine, this.#at);
      if (lineEnd === -1) {
        this.#at = this.#bytes.length;
        return false;
      }
      let at = lineEnd + 1;
      while (this.#bytes[at] === space || this.#bytes[at] === tab) at += 1;
      const byte = this.#bytes[at];
      if (byte === undefined) {
        // The rest of this line has not come: it is looked at again from its beginning, unless it is all blanks.
        this.#at = lineEnd;
        return false;
      }
      this.#indent = at - lineEnd - 1;
      this.#at = at;
      if (this.#canResumeWith(byte)) {
        this.#tellBroken();
        return true;
      }
    }
  }

  #canResumeWith(byte: number): boolean {
    if (this.#open.length === 0) return this.#indent === 0 && !continuations.has(byte);
    if (byte !== openBrace && byte !== openBracket) return false;
    if (this.#indent === this.#recordIndent) return true;
    if (this.#indent !== 0) return false;
    // A line of JSON Lines, or another document, behind a list that was cut off.
    this.#open.length = 0;
    return true;
  }

  /** Keeps of the bytes only what is still needed. */
  #letGo(): void {
    let keep = this.#at;
    if (this.#recordDepth !== -1 && !this.#oversize) {
      if (this.#at - this.#recordStart > this.#limit) this.#oversize = true;
      else keep = this.#recordStart;
    }
    if (this.#textStart !== -1 && keep === this.#at) {
      // Only the length of a long key matters, and that it is long shows also when its beginning is gone.
      this.#textStart = Math.max(this.#textStart, this.#at - keyBytes);
      keep = this.#textStart;
    }
    this.#bytes = this.#bytes.subarray(keep);
    this.#at -= keep;
    this.#recordStart -= keep;
    this.#keyStart -= keep;
    if (this.#textStart !== -1) this.#textStart -= keep;
  }

  #taken(): Cut[] {
    const cuts = this.#cuts;
    this.#cuts = [];
    return cuts;
  }
}

function endsPlainRun(byte: number | undefined): boolean {
  return byte === quote || byte === backslash || byte === newLine;
}
