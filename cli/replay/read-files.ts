import { visibleText } from '../../shared/text/visible-text.ts';
import { unknownTenant } from '../../shared/ingest/read-record.ts';
import type { LogReport } from './document.ts';
import type { GatheredRecords, ReadableRecord } from './gather-records.ts';
import { tenantOf, withTenant } from './gather-records.ts';
import { InputError } from './input-error.ts';
import { openInput } from './input.ts';
import { openLog } from './open-log.ts';
import { withProgress } from './progress.ts';
import { readLog } from './read-log.ts';
import type { RecognisedLog } from './recognise-log.ts';
import { recogniseLog } from './recognise-log.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface NamedFile {
  place: number;
  name: string;
}

/** A log whose records never name their tenant. `log` is there where it cannot be begun again: standard input. */
interface WaitingFile extends NamedFile {
  log?: RecognisedLog;
}

/** Records that name no tenant, of a file in which others may, and what takes them. */
interface HeldRecords {
  report: LogReport;
  tenants: ReadonlySet<string>;
  records: ReadableRecord[];
  take: (read: ReadableRecord) => 'new' | 'duplicate';
}

/** What was read, and how many files could not be: why, has been told by then. */
export interface FilesRead {
  files: LogReport[];
  failed: number;
}

/**
 * Reads all files. A record that names no tenant takes the only one of its file, else the only one of all files, else `tenant`, else
 * `unknown`: so which one shows only when everything else has been read. Graph's records never name one; a file of them is put aside as
 * soon as it is recognised and opened again afterwards. Those of other formats nearly all do; the few that do not are held.
 */
export async function readFiles(
  files: readonly string[],
  tenant: string | undefined,
  gathered: GatheredRecords,
  terminal: Terminal,
): Promise<FilesRead> {
  const reports: (LogReport | undefined)[] = [];
  const waiting: WaitingFile[] = [];
  const held: HeldRecords[] = [];
  let failed = 0;

  const begin = async (name: string): Promise<RecognisedLog> =>
    recogniseLog(await openLog(withProgress(name, await openInput(name, terminal.stdin), terminal)));
  const complaining = async (name: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed += 1;
      const place = name === '-' ? 'standard input' : visibleText(name);
      terminal.err(`gracewatch replay: ${place}: ${error.message}\n`);
    }
  };

  for (const [place, name] of files.entries()) {
    await complaining(name, async () => {
      const log = await begin(name);
      if (log.format === 'graph' && !log.isMixed) {
        if (name !== '-') await log.cuts.return?.();
        waiting.push(name === '-' ? { place, name, log } : { place, name });
        return;
      }
      const records: ReadableRecord[] = [];
      const tenants = new Set<string>();
      const { take, file } = gathered.beginFile();
      const content = await readLog(log, unknownTenant, (read) => {
        const tenantId = tenantOf(read);
        if (tenantId === unknownTenant) {
          records.push(read);
          return 'held';
        }
        tenants.add(tenantId);
        return take(read);
      });
      file.isWhole = content.unreadable.length === 0;
      const report = { name, ...content };
      reports[place] = report;
      held.push({ report, tenants, records, take });
    });
  }

  const tenantOfOthers = onlyOf(gathered.tenants) ?? tenant ?? unknownTenant;
  for (const { report, tenants, records, take } of held) {
    const tenantId = onlyOf([...tenants]) ?? tenantOfOthers;
    for (const read of records) if (take(withTenant(read, tenantId)) === 'duplicate') report.duplicates += 1;
  }
  for (const { place, name, log } of waiting) {
    await complaining(name, async () => {
      const { take, file } = gathered.beginFile();
      const content = await readLog(log ?? (await begin(name)), tenantOfOthers, take);
      file.isWhole = content.unreadable.length === 0;
      reports[place] = { name, ...content };
    });
  }
  return { files: reports.filter((report) => report !== undefined), failed };
}

function onlyOf(tenants: readonly string[]): string | undefined {
  const [only, ...others] = tenants;
  return others.length === 0 ? only : undefined;
}
