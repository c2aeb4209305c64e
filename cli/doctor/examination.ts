import { eachBounded } from '../../shared/adapters/bounded.ts';
import { unexpectedError } from '../unexpected-error.ts';
import type { Check, CheckName } from './check.ts';
import { within } from './limited-calls.ts';
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
    const checks = await within(limitMilliseconds, look(), 'late' as const);
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
    return [
      {
        ...about,
        status: 'fail',
        means: `could not be checked: ${unexpectedError(error)}`,
        mend: 'try again',
      },
    ];
  }
}
