import type { Terminal } from './terminal.ts';

/** Fewer are done before anybody could wonder. */
const worthTelling = 10;

export interface Progress {
  /** One more is done. */
  step(): void;
  /** All are done, or given up: the line that was written over goes. */
  end(): void;
}

/** Tells on standard error how many of how many are done: in one line where a person watches, else once for each tenth. */
export function countedProgress(
  what: string,
  total: number,
  terminal: Pick<Terminal, 'err' | 'watched'>,
): Progress {
  const every = terminal.watched ? 1 : Math.ceil(total / 10);
  let done = 0;
  let line = '';
  return {
    step() {
      done += 1;
      if (total < worthTelling || done % every !== 0) return;
      line = `${what}: ${done} of ${total}`;
      terminal.err(terminal.watched ? `\r${line}` : `${line}\n`);
    },
    end() {
      if (terminal.watched && line !== '') terminal.err(`\r${' '.repeat(line.length)}\r`);
    },
  };
}
