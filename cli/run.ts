import { replay } from './replay/replay.ts';
import type { Workplace } from './workplace.ts';

const help = `Usage: npx gracewatch COMMAND

Commands
  replay FILE…   what exported audit logs tell: timelines, causes and the alerts they would have raised

  gracewatch replay --help says which logs, and how to get them
  gracewatch --version
`;

/** Commands that the design names and that have no code yet. */
const planned = new Set([
  'history',
  'doctor',
  'permissions',
  'tenants',
  'subscriptions',
  'prepopulate',
  'poison',
  'alerts',
  'channels',
]);

/** Runs one command and gives its exit code: 0 fine, 1 a check failed, 2 wrong use or unreadable input, 3 done with unreadable records. */
export async function run(args: readonly string[], version: string, workplace: Workplace): Promise<number> {
  const { terminal } = workplace;
  const [command, ...rest] = args;
  switch (command) {
    case 'replay':
      return replay(rest, terminal);
    case '--help':
    case '-h':
    case 'help':
      await terminal.out(help);
      return 0;
    case '--version':
      await terminal.out(`${version}\n`);
      return 0;
    case undefined:
      terminal.err(help);
      return 2;
    default:
      terminal.err(
        planned.has(command)
          ? `gracewatch ${command} is not part of this version, which has only: replay\n`
          : `gracewatch: unknown command ${JSON.stringify(command.slice(0, 40))}; try gracewatch --help\n`,
      );
      return 2;
  }
}
