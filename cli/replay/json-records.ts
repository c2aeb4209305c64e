/**
 * Cuts records out of a stream of JSON and gives each to `JSON.parse`: memory holds one record, whatever the file's size.
 * A streaming parser library costs several times `JSON.parse` of the same bytes; this looks at brackets and strings only.
 *
 * Records are the values of JSON Lines, the elements of a list, and those of the lists in which services wrap them: `value`
 * (Graph), `records` (Azure Monitor to an event hub), `tables[].rows` (Log Analytics query API). Lists may stand in lists
 * (`jq --slurp`), and lines may hold lists. Bytes are safe to look at: in UTF-8 no other character contains an ASCII byte.
 */
export type Cut = { kind: 'value'; value: unknown } | { kind: 'broken'; reason: string };

/** The largest audit records known are about 100 KB (FACTS 6.3.3); Azure Monitor ends at 1 MB. */
export const largestRecordBytes = 16 * 1024 * 1024;

/** Audit records nest about ten deep. The limit also bounds how often a stretch that never closes is read again. */
const deepestNesting = 128;

const newLine = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

const listKeys = new Set(['value', 'records', 'tables']);
const longestWrapperKey = 'records'.length;

/** Bytes with which a line of laid-out JSON goes on; where a stretch is broken, no record begins on such a line. */
const continuation = new Set([0x20, 0x09, 0x0d, newLine, quote, closeBrace, closeBracket, comma]);

interface Open {
  /**
   * `list` and `rows` hold records; `object` may turn out to be one, or a `wrapper` around lists; `inner` is within either.
   */
  role: 'list' | 'rows' | 'object' | 'wrapper' | 'inner';
  closedBy: number;
  /** Of the rows of a table, in their order. */
  columns?: string[];
}

type Expected = 'value' | 'key' | 'colon' | 'comma' | 'scalar';

export class JsonRecords {
  readonly #limit: number;
  /** What has arrived and is still needed: the record under way and what follows it. */
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #open: Open[] = [];
  #expected: Expected = 'value';
  /** Begin of the string under way in `#bytes`, behind its quote; -1 outside of strings. */
  #stringStart = -1;
  #escaped = false;
  /** The last key of an object that may be a wrapper, and where it begins. */
  #key = '';
  #keyStart = 0;
  /** How many containers were open when the record under way began; -1 between records. */
  #recordDepth = -1;
  #recordStart = 0;
  #oversize = false;
  /** Blanks before the current place where its line has nothing else yet, else -1. */
  #indent = 0;
  #recordIndent = -1;
  /** The stretch that could not be read, while the next place to go on from is looked for. */
  #broken: string | undefined;
  #cuts: Cut[] = [];

  constructor(limit = largestRecordBytes) {
    this.#limit = limit;
  }

  /** What ended within the bytes so far; they may be cut anywhere, also within a character or an escape. */
  push(chunk: Buffer): Cut[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#scan();
    this.#letGo();
    return this.#take();
  }

  /** What is left once all bytes have come. */
  end(): Cut[] {
    if (this.#expected === 'scalar') this.#valueEnded(this.#at);
    while (this.#broken === undefined && this.#recordDepth !== -1) {
      this.#fail('the file ends in the middle of this record: it was cut off');
      this.#scan();
      if (this.#expected === 'scalar') this.#valueEnded(this.#at);
    }
    if (this.#broken !== undefined) {
      const lost = this.#open.length > 0 && this.#at < this.#bytes.length;
      this.#cuts.push({ kind: 'broken', reason: this.#broken + (lost ? restLost : '') });
    } else if (this.#open.length > 0) {
      this.#cuts.push({ kind: 'broken', reason: 'the file ends before its list does: it was cut off' });
    }
    return this.#take();
  }

  #take(): Cut[] {
    const cuts = this.#cuts;
    this.#cuts = [];
    return cuts;
  }
}
