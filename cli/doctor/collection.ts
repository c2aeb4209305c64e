import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import type { TenantSettings } from '../../shared/config.ts';
import { sourcesInWords } from '../../shared/coverage/source-words.ts';
import { counted } from '../../shared/text/numbers.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { Gap, LogCoverageRow } from '../../shared/coverage/coverage-store.ts';
import { sourceNames } from '../../shared/coverage/coverage.ts';
import { groupedBy } from '../../shared/text/order.ts';
import { syncCommand } from '../target/listed-functions.ts';
import { type Check, type Line, linesOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { durationWords } from './duration-words.ts';
import { seenInStorage } from './seen-in-storage.ts';

/** All tenants with one listing: hundreds of them are a page or two. */
export async function examineCollection(
  { storage, clock, inAzure }: Deployment,
  tenants: readonly TenantSettings[],
): Promise<Check[]> {
  const account = await storage();
  const rows: LogCoverageRow[] = [];
  const unseen = await seenInStorage('tables', account, async () => {
    for await (const row of createCoverageTable(account.clients.table(names.tables.coverage)).list())
      rows.push(row);
    return [];
  });
  if (unseen.length > 0) return linesOf('collection', unseen);
  const now = clock.now().toISOString();
  const timersAgain = inAzure === undefined ? undefined : syncCommand(inAzure.app);
  const byTenant = groupedBy(rows, ({ tenantId }) => tenantId);
  return tenants.flatMap(({ id, name }) =>
    linesOf('collection', judgeCollection(byTenant.get(id) ?? [], now, timersAgain), { id, name }),
  );
}

/** As in /api/health: what was not finished for so long is not watched. */
const staleAfterMilliseconds = 2 * 60 * 60 * 1000;

/**
 * The last collection of each source of one tenant.
 * @param now ISO 8601
 * @param timersAgain what to type where the timers have stopped; only Azure can stop them (FACTS 11.12)
 */
export function judgeCollection(rows: readonly LogCoverageRow[], now: string, timersAgain?: string): Line[] {
  if (rows.length === 0) return [{ subject: 'all sources', ...notYet }];
  return sourceNames.flatMap((source) => {
    const subject = sourcesInWords([source]);
    const row = rows.find((one) => one.source === source);
    return row === undefined
      ? [{ subject, ...notYet }]
      : [{ subject, ...lastRun(row, now, timersAgain) }, ...gapsOf(subject, row)];
  });
}

const notYet: Omit<Line, 'subject'> = {
  status: 'warn',
  means: 'not yet: the first collection starts within five minutes of the start of the app',
  mend: 'look again in ten minutes; where it still says so, the app does not run or cannot use storage',
};

function lastRun(
  { failure, finishedAt, startedAt, first, step }: LogCoverageRow,
  now: string,
  timersAgain: string | undefined,
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
      mend: `does the app run (the line of /api/health)? is something waiting in the queue collect?${
        timersAgain === undefined
          ? ''
          : ` where it runs and nothing waits, its timers have stopped, as after some deployments: ${timersAgain}`
      }`,
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

function gapsOf(subject: string, row: LogCoverageRow): Line[] {
  const before = row.gaps.filter((gap) => isBeforeAll(gap, row));
  const begin = before
    .map(({ to }) => to)
    .toSorted()
    .at(-1);
  const gaps = row.gaps.filter((gap) => !before.includes(gap));
  const begun: Line[] =
    begin === undefined
      ? []
      : [
          {
            subject,
            status: 'ok',
            means: `read since ${begin}, when its subscription was started: what came before can never be read, and of that time it is never said that nothing was logged`,
          },
        ];
  const [gap] = gaps;
  if (gap === undefined) return begun;
  const tried = gaps.filter(({ content }) => content !== undefined).length;
  return [
    ...begun,
    {
      subject,
      status: 'warn',
      means: `${counted(gaps.length, 'gap')} in what was read, the first from ${gap.from} to ${gap.to}: ${gap.reason}`,
      mend:
        tried > 0
          ? `${tried} of them are tried again, ever more rarely; schedule-collection called by hand tries them at once`
          : 'nothing brings it back; of that time it is never said that nothing was logged',
    },
  ];
}

/** The gap before the first start is no loss: there was nothing to be read. */
function isBeforeAll(gap: Gap, { windows, givenSince }: LogCoverageRow): boolean {
  const [first] = windows;
  return gap.content === undefined && (first === undefined ? gap.to === givenSince : gap.to <= first.from);
}
