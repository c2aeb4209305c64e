import { counted } from '../../shared/text/numbers.ts';
import { groupedBy } from '../../shared/text/order.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { plainName } from '../terminal/plain-words.ts';
import type { Check, CheckName, Status } from './check.ts';

/** Everything that was found, in the order in which it is told. */
export interface Diagnosis {
  target: string;
  /** ISO 8601. */
  at: string;
  checks: Check[];
  ok: number;
  skip: number;
  warn: number;
  fail: number;
}

export function diagnosisOf(target: string, at: string, checks: Check[]): Diagnosis {
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  return {
    target,
    at,
    checks,
    ok: count('ok'),
    skip: count('skip'),
    warn: count('warn'),
    fail: count('fail'),
  };
}

const titles: Readonly<Record<CheckName, string>> = {
  settings: 'Settings',
  storage: 'Storage',
  token: 'Tenants',
  permission: 'Tenants',
  'entra-premium': 'Tenants',
  'report-names': 'Tenants',
  'activity-content': 'Tenants',
  functions: 'Functions',
  'public-url': 'Public URL',
  handshake: 'Public URL',
  'sign-in': 'Public URL',
  access: 'Who may read',
  channel: 'Channels',
  clock: 'Clock',
  queue: 'Queues',
  poison: 'Queues',
  collection: 'Collection',
  version: 'Versions',
};

/** What a line is about where its section does not say it. */
const words: Partial<Record<CheckName, string>> = {
  token: 'token',
  permission: 'permission',
  'activity-content': 'content',
  poison: 'poison',
};

/** With more tenants what is well with one is a number, so that what is not can be found. */
const mostTenantsInFull = 5;

/** For people: a section each, every line with its mark, what it means, and what mends it. */
export function reportOf({ target, checks, ok, skip, warn, fail }: Diagnosis, colour: boolean): string {
  const tenants = new Set(checks.flatMap(({ tenant }) => (tenant === undefined ? [] : [tenant.id])));
  const folded = tenants.size > mostTenantsInFull;
  const shared = folded ? sharedLines(checks) : [];
  const told = new Set(shared.flat());
  const lines = [...paragraph(`Gracewatch doctor looks at ${target}`)];
  for (const [title, section] of sections(checks.filter((check) => !told.has(check)))) {
    const shown = folded
      ? section.filter(({ tenant, status }) => tenant === undefined || status !== 'ok')
      : section;
    lines.push('', title, ...shown.flatMap((check) => checkLines(check, colour)));
    const well = section.length - shown.length;
    if (well > 0)
      lines.push(
        ...paragraph(`${counted(well, 'line')} more, all well (--tenant shows them)`, markOf('ok', colour)),
      );
  }
  if (shared.length > 0)
    lines.push('', 'Several tenants', ...shared.flatMap((same) => sameLines(same, colour)));
  const failures = folded ? checks.filter(({ status }) => status === 'fail') : [];
  if (failures.length > 0) {
    lines.push('', 'What fails, once more', ...failures.flatMap((check) => failureLines(check, colour)));
  }
  const notLookedAt = skip === 0 ? '' : `, ${skip} not looked at`;
  lines.push('', `${ok} ok, ${counted(warn, 'warning')}, ${counted(fail, 'failure')}${notLookedAt}`);
  return `${lines.join('\n')}\n`;
}

/** Of several tenants word for word the same, and no failure: told once for all of them. */
function sharedLines(checks: readonly Check[]): Check[][] {
  const tellable = checks.filter(
    ({ tenant, status }) => tenant !== undefined && (status === 'warn' || status === 'skip'),
  );
  const same = groupedBy(tellable, ({ check, subject, status, means, mend }) =>
    JSON.stringify([check, subject, status, means, mend]),
  );
  return [...same.values()].filter((one) => one.length > 1);
}

function sameLines(same: readonly Check[], colour: boolean): string[] {
  const [first] = same;
  if (first === undefined) return [];
  const { tenant: _all, ...line } = first;
  const names = same.slice(0, mostNames).map(({ tenant }) => plainName(tenant?.name ?? ''));
  const more = same.length - names.length;
  const who = `${counted(same.length, 'tenant')} (${names.join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
  return checkLines({ ...line, means: `${line.means}: ${who}` }, colour);
}

const mostNames = 5;

/** Under no title, so with the name of its tenant or its section. */
function failureLines(check: Check, colour: boolean): string[] {
  const { tenant, ...line } = check;
  const where = tenant === undefined ? titles[check.check] : plainName(tenant.name);
  return checkLines({ ...line, means: `${where}: ${line.means}` }, colour);
}

/** By title, in order; a tenant's own lines under its name, so that they stand together. */
function sections(checks: readonly Check[]): Map<string, Check[]> {
  const found = new Map<string, Check[]>();
  for (const check of checks) {
    const title = titleOf(check);
    found.set(title, [...(found.get(title) ?? []), check]);
  }
  return found;
}

function titleOf({ check, tenant }: Check): string {
  const title = titles[check];
  return title !== 'Tenants' || tenant === undefined
    ? title
    : `${plainName(tenant.name)} (${plainName(tenant.id)})`;
}

function checkLines({ check, subject, tenant, status, means, mend }: Check, colour: boolean): string[] {
  const who = check === 'collection' && tenant !== undefined ? `${plainName(tenant.name)},` : words[check];
  const about = [who, subject].filter((part) => part !== undefined).join(' ');
  const text = about === '' ? means : `${about}: ${means}`;
  return [
    ...paragraph(text, markOf(status, colour), behindMark),
    // In one line, so that a command can be copied.
    ...(mend === undefined ? [] : [`${behindMark}> ${mend}`]),
  ];
}

const marks: Readonly<Record<Status, string>> = { ok: 'ok  ', skip: '-   ', warn: 'warn', fail: 'FAIL' };
const behindMark = ' '.repeat(8);
/** Green, grey, yellow, bold red. */
const colours: Readonly<Record<Status, string>> = {
  ok: '\u001B[32m',
  skip: '\u001B[90m',
  warn: '\u001B[33m',
  fail: '\u001B[1;31m',
};

function markOf(status: Status, colour: boolean): string {
  const mark = marks[status];
  return `  ${colour ? `${colours[status]}${mark}\u001B[0m` : mark}  `;
}
