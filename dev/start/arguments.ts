import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { CannotStart } from './cannot-start.ts';

/** The values of a command's options. @throws CannotStart saying what is wrong with them */
export function readArguments<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new CannotStart(`${error instanceof Error ? error.message : String(error)} Try --help.`, {
      cause: error,
    });
  }
}
