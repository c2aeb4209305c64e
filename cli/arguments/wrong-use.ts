import { SettingsError } from '../../shared/config.ts';
import { visibleText } from '../../shared/text/visible-text.ts';
import { TargetUnreachable } from '../target/target.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from './arguments.ts';

/** Does the work of a command; for wrong use, wrong settings and an app that cannot be looked at it says so and gives 2. */
export async function tellingWrongUse<ExitCode extends number>(
  command: string,
  terminal: Pick<Terminal, 'err'>,
  work: () => Promise<ExitCode>,
): Promise<ExitCode | 2> {
  try {
    return await work();
  } catch (error) {
    const complaint = complaintOf(error, command);
    if (complaint === undefined) throw error;
    terminal.err(`gracewatch ${command}: ${complaint}`);
    return 2;
  }
}

function complaintOf(error: unknown, command: string): string | undefined {
  if (error instanceof UsageError) {
    return `${visibleText(error.message)}\nTry: gracewatch ${command} --help\n`;
  }
  if (error instanceof TargetUnreachable) return `${visibleText(error.message)}\n`;
  if (!(error instanceof SettingsError)) return undefined;
  // A line a setting.
  const lines = error.problems.map(
    ({ setting, expected }) => `  ${visibleText(`${setting}: ${expected}`)}\n`,
  );
  return `wrong settings:\n${lines.join('')}Try: gracewatch doctor\n`;
}
