import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import type { TenantSettings } from '../../shared/config.ts';
import { counted, sourcesInWords } from '../../shared/deliver/wording.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { CoverageRow } from '../../shared/ports.ts';
import { sourceNames } from '../../shared/timeline/coverage.ts';
import { groupedBy } from '../../shared/timeline/order.ts';
import { type Check, type Line, linesOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { durationWords } from './duration-words.ts';
import { seenInStorage } from './seen-in-storage.ts';

/** All tenants with one listing: hundreds of them are a page or two. */
export async function examineCollection(
  { storage, clock }: Deployment,
  tenants: readonly TenantSettings[],
): Promise<Check[]> {
  const account = await storage();
  const rows: CoverageRow[] = [];
  const unseen = await seenInStorage('tables', account, async () => {
    for await (const row of createCoverageTable(account.clients.table(names.tables.coverage)).list())
      rows.push(row);
    return [];
  });
  if (unseen.length > 0) return linesOf('collection', unseen);
  const now = clock.now().toISOString();
  const byTenant = groupedBy(rows, ({ tenantId }) => tenantId);
  return tenants.flatMap(({ id, name }) =>
    linesOf('collection', judgeCollection(byTenant.get(id) ?? [], now), { id, name }),
  );
}

/** As in /api/health: what was not finished for so long is not watched. */
const staleAfterMilliseconds = 2 * 60 * 60 * 1000;

/** The last collection of each source of one tenant. @param now ISO 8601 */
export function judgeCollection(rows: readonly CoverageRow[], now: string): Line[] {
  if (rows.length === 0) return [{ subject: 'all sources', ...notYet }];
  return sourceNames.flatMap((source) => {
    const subject = sourcesInWords([source]);
    const row = rows.find((one) => one.source === source);
    return row === undefined
      ? [{ subject, ...notYet }]
      : [{ subject, ...lastRun(row, now) }, ...gapsOf(subject, row)];
  });
}

const notYet: Omit<Line, 'subject'> = {
  status: 'warn',
  means: 'not yet: the first collection starts within five minutes of the start of the app',
  mend: 'look again in ten minutes; where it still says so, the app does not run or cannot use storage',
};

function lastRun(
  { failure, finishedAt, startedAt, first, step }: CoverageRow,
  now: string,
): Omit<Line, 'subject'> {
  if (failure !== undefined) {
    const last = finishedAt === undefined ? 'never finished' : `last finished ${finishedAt}`;
    return {
      status: 'fail',
      means: `blind since ${failure.at}: ${failure.reason}; ${last}`,
      mend:
        failure.permission === undefined
          ? 'the lines of this tenant above say more; what was missed is read later, as far as the source keeps it'
          : `grant ${failure.permission}: the line of this permission above says how`,
    };
  }
  const heard = finishedAt ?? startedAt;
  const age = heard === undefined ? 0 : Date.parse(now) - Date.parse(heard);
  if (age > staleAfterMilliseconds) {
    return {
      status: 'fail',
      means: `${finishedAt === undefined ? 'started' : 'last finished'} ${heard ?? ''}, ${durationWords(age)} ago: what has happened since is not watched`,
      mend: 'does the app run (the line of /api/health)? is something waiting in the queue collect?',
    };
  }
  if (first) {
    const since = startedAt === undefined ? '' : ` since ${startedAt}`;
    return {
      status: 'ok',
      means: `the first collection is under way${since}: it reads back as far as the source keeps`,
    };
  }
  const running = step === undefined ? '' : '; one is under way';
  return { status: 'ok', means: `last finished ${finishedAt ?? ''}${running}` };
}

function gapsOf(subject: string, { gaps }: CoverageRow): Line[] {
  const [gap] = gaps;
  if (gap === undefined) return [];
  const tried = gaps.filter(({ content }) => content !== undefined).length;
  return [
    {
      subject,
      status: 'warn',
      means: `${counted(gaps.length, 'gap')} in what was read, the first from ${gap.from} to ${gap.to}: ${gap.reason}`,
      mend:
        tried > 0
          ? `${tried} of them are tried again with every collection`
          : 'nothing brings it back; of that time it is never said that nothing was logged',
    },
  ];
}
