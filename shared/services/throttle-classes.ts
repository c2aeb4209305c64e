/**
 * The one table of how often the services may be asked: as a path begins, so it belongs to a class, and each class has an allowance
 * for one application in one tenant (FACTS 9). What an application may ask over all tenants together is left to the service's 429.
 */

import type { ApiName } from '../permissions.ts';
import type { Spending } from './allowance.ts';

interface ThrottleClass {
  api: ApiName;
  name: string;
  words: string;
  /** As paths begin that belong to it, the first class that fits. */
  paths: readonly string[];
  units: number;
  seconds: number;
  /**
   * What an instance takes at once for itself, and for how long. Of a small allowance each call takes its own part; of a large one a
   * part is taken for many calls, so that counting them costs next to nothing.
   */
  portion: number;
  portionSeconds: number;
  /** Each instance counts for itself: so many instances as ask a tenant at once cannot use the allowance up. */
  eachInstance?: boolean;
  /** Each path has an allowance of its own. */
  eachPath?: boolean;
  /** What a call takes, where that is not 1: the first that fits. */
  costs?: readonly (readonly [path: RegExp, units: number])[];
}

const throttleClasses: readonly ThrottleClass[] = [
  {
    api: 'graph',
    name: 'audit-logs',
    words: 'the audit logs',
    paths: ['/auditLogs/', '/reports/authenticationMethods/'],
    units: 5,
    seconds: 10,
    portion: 1,
    portionSeconds: 0,
  },
  {
    api: 'graph',
    name: 'conditional-access',
    words: 'Conditional Access and Identity Protection',
    // The service sends no Retry-After here, so that a 429 says nothing of when (FACTS 9).
    paths: ['/identity/conditionalAccess/', '/identityProtection/'],
    units: 1,
    seconds: 1,
    portion: 1,
    portionSeconds: 0,
  },
  {
    api: 'graph',
    name: 'usage-reports',
    words: 'the usage reports',
    paths: ['/reports/get'],
    units: 14,
    seconds: 600,
    portion: 1,
    portionSeconds: 0,
    eachPath: true,
  },
  {
    api: 'graph',
    name: 'identity',
    words: 'the directory',
    paths: ['/'],
    // That of a tenant with fewer than 50 users, the smallest; nobody knows the size before the first sweep.
    units: 3500,
    seconds: 10,
    portion: 500,
    portionSeconds: 5,
    costs: [
      [/^\/users/, 2],
      [/^\/subscribedSkus/, 3],
      [/^\/groups\/[^/?]+\/members/, 3],
      [/^\/groups\/[^/?]+\/transitiveMembers/, 5],
      [/^\/directoryObjects\/getByIds/, 5],
    ],
  },
  {
    api: 'activity',
    name: 'activity',
    words: 'the Activity API',
    paths: ['/'],
    // Half of the 2,000 (FACTS 7.3): two sources are read at once, each by one instance, one call after the other.
    units: 1000,
    seconds: 60,
    portion: 1,
    portionSeconds: 0,
    eachInstance: true,
  },
];

/** What a call to this path of the API takes; undefined only for a path that does not begin with a slash. */
export function spendingOf(api: ApiName, path: string): Spending | undefined {
  const found = throttleClasses.find(
    (one) => one.api === api && one.paths.some((prefix) => path.startsWith(prefix)),
  );
  if (found === undefined) return undefined;
  const { name, words, units, seconds, portion, portionSeconds } = found;
  const { eachInstance = false, eachPath, costs = [] } = found;
  const report = eachPath === true ? `-${/^[\w/]*/.exec(path)?.[0].split('/').at(-1) ?? ''}` : '';
  const cost = costs.find(([pattern]) => pattern.test(path))?.[1] ?? 1;
  const allowance = `${name}${report}`;
  return { allowance, words, units, seconds, portion, portionSeconds, eachInstance, cost };
}
