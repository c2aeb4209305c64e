/** Levels from the least to the most, as host.json and the worker name them in any case. */
const order = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'];

/** `logging.logLevel` of host.json: the least level of each category that is logged. */
export type LogLevels = Readonly<Record<string, string>>;

/** What the worker writes to its outputs. */
export const consoleCategory = 'Host.Function.Console';

/** The longest beginning of the category decides, then `default`; without either everything from Information on is logged. */
export function isLogged(levels: LogLevels, category: string, level: string): boolean {
  const [decisive] = Object.keys(levels)
    .filter((begin) => begin !== 'default' && category.toLowerCase().startsWith(begin.toLowerCase()))
    .sort((left, right) => right.length - left.length);
  const least = (levels[decisive ?? 'default'] ?? 'Information').toLowerCase();
  return least !== 'none' && order.indexOf(level.toLowerCase()) >= order.indexOf(least);
}

/** The host takes the level of a line on stderr from its words (FACTS 11.13). */
export function levelOfErrorOutput(line: string): 'warning' | 'error' | 'information' {
  if (/warn/i.test(line)) {
    return 'warning';
  }
  return /error|fail|severe|unhandled exception/i.test(line) ? 'error' : 'information';
}
