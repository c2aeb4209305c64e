import { readArguments, UsageError } from '../arguments/arguments.ts';
import { targetOptions, type TargetValues } from '../target/target.ts';

/** Which of what is kept; all of it where neither is given. */
export interface Chosen {
  queue?: string;
  /** Ids, or their beginnings. */
  messages: string[];
}

export type PoisonOptions =
  | { kind: 'help' }
  | { kind: 'list'; target: TargetValues; chosen: Chosen; json: boolean }
  | { kind: 'show'; target: TargetValues; chosen: Chosen; json: boolean }
  | { kind: 'replay'; target: TargetValues; chosen: Chosen; json: boolean; dryRun: boolean }
  | { kind: 'drop'; target: TargetValues; chosen: Chosen; json: boolean; dryRun: boolean; yes: boolean };

const flag = { type: 'boolean' } as const;
const options = {
  ...targetOptions,
  queue: { type: 'string' },
  'dry-run': flag,
  yes: flag,
  json: flag,
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError */
export function readPoisonOptions(args: readonly string[]): PoisonOptions {
  const [command, ...rest] = args;
  if (command === '--help' || command === '-h' || command === 'help') return { kind: 'help' };
  if (command === undefined) throw new UsageError('poison needs one of: list, show, replay, drop');
  if (command !== 'list' && command !== 'show' && command !== 'replay' && command !== 'drop') {
    throw new UsageError(`poison has no ${command}: only list, show, replay and drop, which come first`);
  }
  const { values, positionals: messages } = readArguments(rest, options);
  if (values.help === true) return { kind: 'help' };
  const { queue, json = false, yes = false, 'dry-run': dryRun = false } = values;
  if (queue?.trim() === '') throw new UsageError('--queue needs a value');
  const chosen: Chosen = { messages, ...(queue === undefined ? {} : { queue: queue.trim() }) };
  const common = { target: values, chosen, json };
  const unfit = (option: string, given: boolean): void => {
    if (given) throw new UsageError(`poison ${command} takes no ${option}`);
  };
  switch (command) {
    case 'list':
      unfit('message: --queue QUEUE narrows it', messages.length > 0);
      unfit('--dry-run', dryRun);
      unfit('--yes', yes);
      return { kind: 'list', ...common };
    case 'show':
      unfit('--dry-run', dryRun);
      unfit('--yes', yes);
      if (messages.length !== 1) throw new UsageError('poison show needs one message: list shows their ids');
      return { kind: 'show', ...common };
    case 'replay':
      // It asks nothing, so there is nothing to confirm; given all the same it does no harm.
      return { kind: 'replay', ...common, dryRun };
    case 'drop':
      if (messages.length === 0 && queue === undefined) {
        throw new UsageError(
          'poison drop needs the messages that are to go, or --queue QUEUE for all of a queue',
        );
      }
      return { kind: 'drop', ...common, dryRun, yes };
  }
}
