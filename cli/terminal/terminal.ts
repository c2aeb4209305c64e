import type { Readable } from 'node:stream';

/** What a command reads from and writes to; tests give one of their own. */
export interface Terminal {
  stdin: Readable;
  /** The document or report, and nothing else. Done when the reader has taken it. */
  out(text: string): Promise<void>;
  /** Complaints and progress. */
  err(text: string): void;
  /** Whether a person watches the progress: then its line is written over. */
  watched: boolean;
  /** Asks the person and gives the trimmed answer; undefined where nobody is there to answer. */
  ask(question: string): Promise<string | undefined>;
}
