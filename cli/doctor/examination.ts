import { setTimeout as sleep } from 'node:timers/promises';
import { eachBounded } from '../../shared/adapters/bounded.ts';
import type { Check, CheckName } from './check.ts';
import type { ReadSettings } from './settings.ts';

/** One look at one thing. They know nothing of each other, so that one that fails takes none with it. */
export interface Examination {
  check: CheckName;
  tenant?: Check['tenant'];
  /** Beginnings of the names of settings without which there is nothing to look at. */
  needs: readonly string[];
  look: () => Promise<Check[]>;
}

const atOnce = 8;
/** Every call inside has a limit of its own; this one is for all of them together. */
const limitMilliseconds = 120_000;

/** Makes all examinations, several at a time, and gives what they found in the order in which they stand. */
export async function examineAll(
  examinations: readonly Examination[],
  unread: ReadSettings['unread'],
  done: (examination: Examination) => void,
): Promise<Check[]> {
  const found = new Map<Examination, Check[]>();
  await eachBounded(examinations, atOnce, async (examination) => {
    found.set(examination, await examine(examination, unread));
    done(examination);
  });
  return examinations.flatMap((examination) => found.get(examination) ?? []);
}

async function examine(
  { check, tenant, needs, look }: Examination,
  unread: ReadSettings['unread'],
): Promise<Check[]> {
  const about = { check, ...(tenant === undefined ? {} : { tenant }) };
  const missing = [...unread].find(([name]) => needs.some((beginning) => name.startsWith(beginning)));
  if (missing !== undefined) return [{ ...about, ...missing[1] }];
  try {
    const checks = await within(limitMilliseconds, look());
    if (checks !== 'late') return checks;
    const means = `no end within ${limitMilliseconds / 1000} seconds`;
    return [
      {
        ...about,
        status: 'fail',
        means,
        mend: 'try again; where it stays, the network between is slow or blocked',
      },
    ];
  } catch (error) {
    return [{ ...about, status: 'fail', means: `could not be checked: ${nameOf(error)}`, mend: 'try again' }];
  }
}

/** An error's text may quote what was sent; its name and code do not. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.name}${code}`;
}

/** The value, or `late` where it takes longer; what goes on behind has limits of its own. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(milliseconds, 'late' as const, { signal: timer.signal, ref: false }),
    ]);
  } finally {
    timer.abort();
  }
}
