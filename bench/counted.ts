import type { Transactions } from './counting-storage.ts';

/** What some work took, in units that Azure charges for. */
export interface Counted {
  /** By name of the function. */
  executions: Record<string, number>;
  /** Executions as Flex Consumption charges them: at least one second each (FACTS 11.1). */
  chargedSeconds: number;
  /** Of the functions, by kind. */
  transactions: Transactions;
  /** Taken and deleted by the host for the queue triggers. */
  messages: number;
  logLines: number;
  logBytes: number;
}

/** Done by the host for its triggers, not by the functions; polls depend on the time that passes and not on the work. */
const hostKinds = new Set(['queue get messages', 'queue delete message', 'queue renew message']);

/** A line that the local host writes after each run: name, id, outcome, duration. */
const invocation = /^\S+ ([a-z-]+) [0-9a-f-]{36} (succeeded|failed) (\d+) ms/gm;

/**
 * @param output of the local host
 * @throws where a function failed: what is done twice is no measure of what has to be done
 */
export function countWork(output: string, asked: Transactions): Counted {
  const executions: Record<string, number> = {};
  let chargedSeconds = 0;
  for (const [line, name = '', outcome, duration] of output.matchAll(invocation)) {
    if (outcome === 'failed') throw new Error(`a function failed, so there is nothing to count: ${line}`);
    executions[name] = (executions[name] ?? 0) + 1;
    chargedSeconds += Math.max(1, Number(duration) / 1000);
  }
  const lines = output.match(/\{"level":.*\}/g) ?? [];
  return {
    executions,
    chargedSeconds,
    transactions: Object.fromEntries(Object.entries(asked).filter(([kind]) => !hostKinds.has(kind))),
    messages: asked['queue delete message'] ?? 0,
    logLines: lines.length,
    logBytes: lines.reduce((bytes, line) => bytes + Buffer.byteLength(line), 0),
  };
}

export function total(numbers: Readonly<Record<string, number>>): number {
  return Object.values(numbers).reduce((sum, value) => sum + value, 0);
}

/**
 * What a run took beyond another that does the same without the work in question.
 * @throws where it took less of anything that is counted: then something else was measured
 */
export function beyond(run: Counted, less: Counted): Counted {
  const difference = (what: string, value: number, other: number): number => {
    if (value < other)
      throw new Error(`${what}: ${String(value)} with the work and ${String(other)} without`);
    return value - other;
  };
  const each = (value: Record<string, number>, other: Record<string, number>): Record<string, number> =>
    Object.fromEntries(
      [...new Set([...Object.keys(value), ...Object.keys(other)])].map((name) => [
        name,
        difference(name, value[name] ?? 0, other[name] ?? 0),
      ]),
    );
  return {
    executions: each(run.executions, less.executions),
    // A duration and the digits of one in a line may be less by chance.
    chargedSeconds: run.chargedSeconds - less.chargedSeconds,
    transactions: each(run.transactions, less.transactions),
    messages: difference('messages', run.messages, less.messages),
    logLines: difference('log lines', run.logLines, less.logLines),
    logBytes: run.logBytes - less.logBytes,
  };
}
