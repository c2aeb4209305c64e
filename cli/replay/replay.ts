import { rules } from '#rules';
import type { RuleSettings } from '../../shared/evaluate/rule-set.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { unknownTenant } from '../../shared/ingest/read-record.ts';
import { visibleText } from '../../shared/deliver/escape.ts';
import type { LogReport } from './document.ts';
import { documentOf } from './document.ts';
import { GatheredRecords } from './gather-records.ts';
import { replayHelp } from './help.ts';
import { InputError, openInput } from './input.ts';
import { openLog } from './open-log.ts';
import type { ReplayOptions } from './options.ts';
import { messageOf, readOptions, UsageError } from './options.ts';
import { withProgress } from './progress.ts';
import { readLog } from './read-log.ts';
import type { RecognisedLog } from './recognise-log.ts';
import { recogniseLog } from './recognise-log.ts';
import { replayed } from './replayed.ts';
import { reportOf } from './report.ts';
import type { Terminal } from './terminal.ts';

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
  const { files, failed } = await readAll(options, gathered, terminal);
  const question = { rules, settings, now: options.now, user: options.user };
  const result = replayed(gathered, question);
  if (options.json) {
    const isAboutUser = options.user !== undefined;
    for await (const text of documentOf(files, gathered.ignored, result, isAboutUser))
      await terminal.out(text);
  } else if (files.length > 0) {
    for await (const text of reportOf(files, gathered, result, options)) await terminal.out(text);
  }
  if (failed) return 2;
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

interface Waiting {
  place: number;
  name: string;
  /** What has been begun and cannot be begun again: standard input. */
  log?: RecognisedLog;
}

/**
 * Logs whose records name their tenant come first: those that name none (Graph's never do) take the only tenant of the others. So they
 * are put aside as soon as that shows, and opened again afterwards.
 */
async function readAll(
  { files, tenant }: ReplayOptions,
  gathered: GatheredRecords,
  terminal: Terminal,
): Promise<{ files: LogReport[]; failed: boolean }> {
  const reports: (LogReport | undefined)[] = [];
  const waiting: Waiting[] = [];
  let failed = false;

  const begin = async (name: string): Promise<RecognisedLog> =>
    recogniseLog(await openLog(withProgress(name, await openInput(name, terminal.stdin), terminal)));
  const read = async (place: number, name: string, log: RecognisedLog, tenantId: string): Promise<void> => {
    reports[place] = { name, ...(await readLog(log, tenantId, gathered.beginFile())) };
  };
  const complain = (name: string, error: unknown): void => {
    if (!(error instanceof InputError)) throw error;
    failed = true;
    terminal.err(
      `gracewatch replay: ${name === '-' ? 'standard input' : visibleText(name)}: ${error.message}\n`,
    );
  };

  for (const [place, name] of files.entries()) {
    try {
      const log = await begin(name);
      if (log.tenantId !== undefined) {
        await read(place, name, log, log.tenantId);
      } else if (name === '-') {
        waiting.push({ place, name, log });
      } else {
        await log.cuts.return?.();
        waiting.push({ place, name });
      }
    } catch (error) {
      complain(name, error);
    }
  }
  const [only, ...others] = gathered.tenants;
  const tenantId = others.length === 0 && only !== undefined ? only : (tenant ?? unknownTenant);
  for (const { place, name, log } of waiting) {
    try {
      await read(place, name, log ?? (await begin(name)), tenantId);
    } catch (error) {
      complain(name, error);
    }
  }
  return { files: reports.filter((report) => report !== undefined), failed };
}
