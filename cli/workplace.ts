import type { Environment } from '../shared/config.ts';
import type { Az } from './target/az.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Everything outside that a command touches besides files named to it and the services of its settings; tests give their own. */
export interface Workplace {
  terminal: Terminal;
  /** Environment variables of the process. */
  environment: Environment;
  /** Where `local.settings.json` is looked for. */
  folder: string;
  az: Az;
}
