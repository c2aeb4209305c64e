import type { Alert } from '../../shared/alert/alert.ts';
import type { Cause } from '../../shared/timeline/explanation.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import type { LogReport } from './document.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { doerWords, factWords, logWords } from './fact-words.ts';
import type { GatheredRecords } from './gather-records.ts';
import { newestFirst } from './newest-first.ts';
import { plainName, plainWords } from '../terminal/plain-words.ts';
import type { UnreadableRecord } from './read-log.ts';
import type { Replayed, ReplayedSubject } from './replayed.ts';
import { type Time, timeIn } from '../../shared/deliver/channel-time.ts';

/** How many activities, and unreadable records of a file, are named; `--json` has them all. */
const most = 8;
/** A step of a runbook holds commands, which are of no use when they are cut. */
const longestStep = 1500;

/**
 * What `replay` prints for people, in portions. Whatever a tenant wrote passes through `plainWords`, so nothing of it steers the
 * terminal.
 */
export async function* reportOf(
  files: readonly LogReport[],
  gathered: GatheredRecords,
  { subjects, now }: Replayed,
  { user, now: asked, timeZone }: { user?: string; now?: string; timeZone: string },
): AsyncGenerator<string> {
  const time = timeIn(timeZone);
  const severalTenants = gathered.tenants.length > 1;
  const alerts: AlertRow[] = [];
  let facts = 0;
  for await (const subject of subjects) {
    facts += subject.timeline.facts.length;
    alerts.push(
      ...subject.alerts.map(({ openedAt, id, severity, status, title }) => ({
        openedAt,
        id,
        severity,
        status,
        title,
      })),
    );
    yield text([...subjectLines(subject, { severalTenants, isAsked: user !== undefined, time }), '']);
  }
  if (facts === 0) {
    const nothing = user === undefined ? '' : ` names ${user}. Is it an object id or a UPN?`;
    yield text([...paragraph(`No licence event in these logs${nothing === '' ? '.' : nothing}`), '']);
  }
  if (user === undefined && alerts.length > 0) yield text([...alertTable(alerts, time), '']);
  const judged = `judged as of ${time(now)}${asked === undefined ? ' (a day after the newest record; --now says otherwise)' : ''}`;
  yield text(totals(files, gathered, judged, time));
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

type AlertRow = Pick<Alert, 'openedAt' | 'id' | 'severity' | 'status' | 'title'>;

interface Telling {
  severalTenants: boolean;
  /** Who is asked about is told everything. */
  isAsked: boolean;
  time: Time;
}

function subjectLines({ timeline, causes, alerts, silent }: ReplayedSubject, telling: Telling): string[] {
  const { subject, facts, tenantId } = timeline;
  const title = `${subject.kind === 'group' ? 'Group ' : ''}${plainName(subject.name ?? subject.id)}`;
  return [
    ...paragraph(telling.severalTenants ? `${title} (tenant ${tenantId})` : title),
    ...facts.flatMap((fact) => factLines(fact, subject.kind, telling.time)),
    ...causes.flatMap((cause) => paragraph(causeWords(cause, telling.time), '  Why:   ')),
    ...alerts.flatMap((alert) => alertLines(alert, telling)),
    ...silent.flatMap(({ rule, reason }) => paragraph(`${rule}: ${reason}`, '  Silent: ')),
  ];
}

const timeWidth = 25;

function factLines(fact: Fact, kind: 'user' | 'group', time: Time): string[] {
  const doer = doerWords(fact);
  const words = `${factWords(fact, kind)}${doer === '' ? '' : `, ${doer}`} ${logWords(fact)}`;
  const reason = fact.kind === 'licence-assignment-failed' ? fact.reason : undefined;
  const behind = ' '.repeat(2 + timeWidth);
  return [
    ...paragraph(words, `  ${time(fact.at).padEnd(timeWidth)}`, behind),
    ...(reason === undefined ? [] : paragraph(`reason: ${reason}`, behind)),
  ];
}

function causeWords({ text, confidence, settledBy }: Cause, time: Time): string {
  const until = settledBy === undefined ? '' : `; settled by ${time(settledBy)}`;
  return `${text} (${confidence === 'unknown' ? 'not known' : confidence}${until})`;
}

function alertLines(alert: Alert, { isAsked, time }: Telling): string[] {
  const { severity, title, summary, status, openedAt, resolvedAt, due, runbook } = alert;
  const life =
    resolvedAt === undefined
      ? `${status} since ${time(openedAt)}${due === undefined ? '' : `, due ${time(due)}`}`
      : `${time(openedAt)}, resolved ${time(resolvedAt)}`;
  const isOpen = status !== 'resolved';
  return [
    ...paragraph(`[${severity}] ${title} (${life})`, '  Alert: ', ' '.repeat(9)),
    ...(isAsked ? paragraph(summary, ' '.repeat(9)) : []),
    // Not wrapped: a step holds a command to be copied.
    ...(isAsked && isOpen
      ? runbook.map((step, index) => `         ${index + 1}. ${plainWords(step, longestStep)}`)
      : []),
  ];
}

function alertTable(alerts: readonly AlertRow[], time: Time): string[] {
  const rows = alerts
    .toSorted(newestFirst)
    .map(({ severity, status, openedAt, title }) => [severity, status, time(openedAt), plainName(title)]);
  const widths = [0, 1, 2].map((column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  const open = alerts.filter(({ status }) => status !== 'resolved').length;
  return [
    `${counted(alerts.length, 'alert')} would have been raised, ${open} of them still open; newest first:`,
    ...rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`),
    'What to do about one: the same command with --user and the name of the user.',
  ];
}

function totals(
  files: readonly LogReport[],
  gathered: GatheredRecords,
  judged: string,
  time: Time,
): string[] {
  const sum = (of: (file: LogReport) => number): number => files.reduce((total, file) => total + of(file), 0);
  const records = sum((file) => file.records);
  const duplicates = sum((file) => file.duplicates);
  const unreadable = sum((file) => file.unreadable.length);
  const oldest = gathered.spans.map(({ from }) => from).sort()[0];
  const span =
    oldest === undefined || gathered.newest === undefined
      ? ''
      : `, ${time(oldest)} to ${time(gathered.newest)}`;
  return [
    ...paragraph(`Read ${counted(files.length, 'file')}: ${counted(records, 'record')}${span}; ${judged}.`),
    ...paragraph(
      [
        counted(duplicates, 'duplicate'),
        `${[...gathered.ignored.values()].reduce((total, count) => total + count, 0)} that tell nothing about licences`,
        `${unreadable} unreadable`,
      ].join(', '),
      '  ',
    ),
    ...ignoredLines(gathered.ignored),
    ...files.flatMap(({ name, format, records: read, unreadable: broken }) => [
      ...paragraph(`${name === '-' ? 'standard input' : name}: ${format}, ${counted(read, 'record')}`, '  '),
      ...unreadableLines(broken),
    ]),
  ];
}

function ignoredLines(ignored: ReadonlyMap<string, number>): string[] {
  if (ignored.size === 0) return [];
  const byCount = [...ignored].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  const more = byCount.length > most ? `, and ${byCount.length - most} more` : '';
  const named = byCount.slice(0, most).map(([activity, count]) => `${plainName(activity)} (${count})`);
  return paragraph(`ignored: ${named.join(', ')}${more}`, '  ');
}

function unreadableLines(unreadable: readonly UnreadableRecord[]): string[] {
  const more = unreadable.length - most;
  return [
    ...unreadable
      .slice(0, most)
      .flatMap(({ position, reason }) => paragraph(`record ${position}: ${reason}`, '    ')),
    ...(more > 0 ? [`    and ${more} more; --json names them all`] : []),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
