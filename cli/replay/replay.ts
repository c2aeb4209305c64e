import { rules } from '#rules';
import type { RuleSettings } from '../../shared/evaluate/rule-set.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { visibleText } from '../../shared/text/visible-text.ts';
import { messageOf, UsageError } from '../arguments/arguments.ts';
import { documentOf } from './document.ts';
import { GatheredRecords } from './gather-records.ts';
import { replayHelp } from './help.ts';
import type { ReplayOptions } from './options.ts';
import { readOptions } from './options.ts';
import { readFiles } from './read-files.ts';
import { replayed } from './replayed.ts';
import { reportOf } from './report.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** 0 fine, 2 wrong use or unreadable input, 3 done with unreadable records; 2 before 3. */
type ExitCode = 0 | 2 | 3;

/** `gracewatch replay FILE…`: exported logs in, out come the timelines, causes and alerts that they give. */
export async function replay(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let options: ReplayOptions | 'help';
  let settings: RuleSettings;
  try {
    options = readOptions(args);
    if (options === 'help') {
      await terminal.out(replayHelp);
      return 0;
    }
    settings = settingsOf(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`gracewatch replay: ${visibleText(error.message)}\nTry: gracewatch replay --help\n`);
    return 2;
  }
  for (const warning of settings.warnings) terminal.err(`gracewatch replay: ${visibleText(warning)}\n`);

  const gathered = new GatheredRecords();
  const read = await readFiles(options.files, options.tenant, gathered, terminal);
  const { files, failed } = read;
  const question = { rules, settings, now: options.now, user: options.user };
  const result = replayed(gathered, question);
  if (options.json) {
    const isAboutUser = options.user !== undefined;
    for await (const text of documentOf(files, gathered, result, isAboutUser)) await terminal.out(text);
  } else if (files.length > 0) {
    for await (const text of reportOf(read, gathered, result, options)) await terminal.out(text);
  }
  if (failed > 0) return 2;
  return files.some(({ unreadable }) => unreadable.length > 0) ? 3 : 0;
}

/** @throws UsageError */
function settingsOf(options: ReplayOptions): RuleSettings {
  try {
    return ruleSettings(rules, options.rules);
  } catch (error) {
    throw new UsageError(messageOf(error).replace(/^GRACEWATCH_RULES/gm, '--rules'));
  }
}
