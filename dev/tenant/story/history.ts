import type { Deposit } from '../audit-logs.ts';
import { doers, people } from './contoso.ts';
import { failedAssignment, licenceChange } from './licence-change.ts';
import { noise } from './noise.ts';
import { type Holding, office365E3 } from './products.ts';

const day = 24 * 60 * 60 * 1000;

const e3: Holding = { product: office365E3 };

/**
 * The weeks before: days of noise, one assignment that failed and was forgotten, one licence taken and never given back, one that
 * was. Found by a first collection, they are told as numbers and not one by one.
 * @param now milliseconds since 1970
 */
export function history(now: number): Deposit[] {
  const daysAgo = (days: number): number => now - days * day;
  const quietDays = Array.from({ length: 14 }, (_, index) => index + 1);
  return [
    ...quietDays.map((days) => arrived(noise(daysAgo(days)), daysAgo(days), now)),
    arrived(
      failedAssignment({
        user: people.chloe,
        wanted: e3,
        reason: 'License assignment cannot be done for user with invalid usage location.',
        by: doers.script,
        at: daysAgo(12),
      }),
      daysAgo(12),
      now,
    ),
    arrived(
      licenceChange({ user: people.ravi, before: [e3], after: [], by: doers.tomas, at: daysAgo(6) }),
      daysAgo(6),
      now,
    ),
    arrived(
      licenceChange({ user: people.elena, before: [e3], after: [], by: doers.tomas, at: daysAgo(4) }),
      daysAgo(4),
      now,
    ),
    arrived(
      licenceChange({ user: people.elena, before: [], after: [e3], by: doers.ingrid, at: daysAgo(3) }),
      daysAgo(3),
      now,
    ),
  ];
}

/** Records that both logs had within a quarter of an hour. */
function arrived(records: Deposit, at: number, now: number): Deposit {
  const delay = (at - now) / 1000 + 15 * 60;
  return { ...records, entraDelay: delay, unifiedDelay: delay };
}
