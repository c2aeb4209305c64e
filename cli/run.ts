import { replay } from './replay/replay.ts';
import { unexpectedError } from './unexpected-error.ts';
import type { Workplace } from './workplace.ts';

const help = `Usage: npx gracewatch COMMAND

Commands
  replay FILE…   what exported audit logs tell: timelines, causes and the alerts they would have raised
  doctor         what is missing: settings, storage, rights, channels, sign-in, collection, and the command that mends it
  permissions    what each tenant has granted; permissions grant | script gives what is needed
  sign-in        the application by which people sign in to the alerts of an app in Azure
  poison         messages that could not be handled: list | show | replay | drop
  tenants        the watched tenants: app | add | list | remove

  gracewatch COMMAND --help says more of each
  gracewatch --version
`;

/** Commands that the design names and that have no code yet. */
const planned = new Set(['history', 'subscriptions', 'prepopulate', 'alerts', 'channels']);

/** Runs one command and gives its exit code: 0 fine, 1 a check failed, 2 wrong use or unreadable input, 3 done with unreadable records. */
export async function run(args: readonly string[], version: string, workplace: Workplace): Promise<number> {
  try {
    return await obey(args, version, workplace);
  } catch (error) {
    workplace.terminal.err(`gracewatch: ended by an error that nobody foresaw: ${unexpectedError(error)}\n`);
    return 2;
  }
}

async function obey(args: readonly string[], version: string, workplace: Workplace): Promise<number> {
  const { terminal } = workplace;
  const [command, ...rest] = args;
  switch (command) {
    case 'replay':
      return replay(rest, terminal);
    // Each brings Azure's libraries along, for which replay need not wait.
    case 'doctor':
      return (await import('./doctor/doctor.ts')).doctor(rest, workplace);
    case 'permissions':
      return (await import('./permissions/permissions.ts')).permissions(rest, workplace);
    case 'poison':
      return (await import('./poison/poison.ts')).poison(rest, workplace);
    case 'sign-in':
      return (await import('./sign-in/sign-in.ts')).signIn(rest, workplace);
    case 'tenants':
      return (await import('./tenants/tenants.ts')).tenants(rest, workplace);
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
          ? `gracewatch ${command} is not part of this version; gracewatch --help lists what is\n`
          : `gracewatch: unknown command ${JSON.stringify(command.slice(0, 40))}; try gracewatch --help\n`,
      );
      return 2;
  }
}
