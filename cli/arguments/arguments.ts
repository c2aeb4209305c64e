import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { asObject } from '../../shared/json/json-value.ts';

/** The command was used in a way that it does not know; the message says which. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Options and positionals of a command. @throws UsageError */
export function readArguments<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node explains at length how to pass a file whose name begins with a dash; its first sentence says what is wrong.
    const [sentence = ''] = messageOf(error).split('. ');
    throw new UsageError(sentence);
  }
}

export function messageOf(error: unknown): string {
  const message = asObject(error)?.['message'];
  return typeof message === 'string' ? message : 'unknown error';
}
