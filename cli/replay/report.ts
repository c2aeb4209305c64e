import type { Alert } from '../../shared/alert/alert.ts';
import { channelTime } from '../../shared/deliver/channel-time.ts';
import { visibleText } from '../../shared/deliver/escape.ts';
import type { Cause } from '../../shared/timeline/explanation.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import type { LogReport } from './document.ts';
import { doerWords, factWords } from './fact-words.ts';
import type { GatheredRecords } from './gather-records.ts';
import type { UnreadableRecord } from './read-log.ts';
import type { Replayed, ReplayedSubject } from './replayed.ts';
import { newestFirst } from './replayed.ts';

const width = 100;
/** How many activities, and unreadable records of a file, are named; `--json` has them all. */
const most = 8;

/** What `replay` prints for people. Whatever a tenant wrote passes through `paragraph`, so nothing of it steers the terminal. */
export function reportOf(
  files: readonly LogReport[],
  gathered: GatheredRecords,
  { subjects, now }: Replayed,
  { user, timeZone }: { user?: string; timeZone: string },
): string {
  const time = (at: string): string => channelTime(at, timeZone);
  const severalTenants = gathered.tenants.length > 1;
  const lines = subjects.flatMap((subject) => [...subjectLines(subject, severalTenants, time), '']);
  if (user !== undefined && subjects.every(({ timeline }) => timeline.facts.length === 0)) {
    lines.unshift(...paragraph(`No licence event in these logs names ${user}. Is it an object id or a UPN?`), '');
  } else if (subjects.length === 0) {
    lines.push(...paragraph('No licence event in these logs.'), '');
  }
  const alerts = subjects.flatMap((subject) => subject.alerts).sort(newestFirst);
  if (user === undefined && alerts.length > 0) lines.push(...alertTable(alerts, time), '');
  lines.push(...totals(files, gathered, now, time));
  return `${lines.join('\n')}\n`;
}

type Time = (at: string) => string;

function subjectLines({ timeline, causes, alerts, silent }: ReplayedSubject, withTenant: boolean, time: Time): string[] {
  const { subject, facts, tenantId } = timeline;
  const title = `${subject.kind === 'group' ? 'Group ' : ''}${subject.name ?? subject.id}`;
  return [
    ...paragraph(withTenant ? `${title} (tenant ${tenantId})` : title),
    ...facts.flatMap((fact) => factLines(fact, subject.kind, time)),
    ...causes.flatMap((cause) => paragraph(causeWords(cause, time), '  Why:   ')),
    ...alerts.flatMap((alert) => alertLines(alert, time)),
    ...silent.flatMap(({ rule, reason }) => paragraph(`${rule}: ${reason}`, '  Silent: ')),
  ];
}

function factLines(fact: Fact, kind: 'user' | 'group', time: Time): string[] {
  const words = [factWords(fact, kind), doerWords(fact)].filter((part) => part !== '').join(', ');
  const reason = fact.kind === 'licence-assignment-failed' ? fact.reason : undefined;
  const behind = ' '.repeat(26);
  return [
    ...paragraph(words, `  ${time(fact.at).padEnd(24)}`, behind),
    ...(reason === undefined ? [] : paragraph(`reason: ${reason}`, behind)),
  ];
}

function causeWords({ text, confidence, settledBy }: Cause, time: Time): string {
  const until = settledBy === undefined ? '' : `; settled by ${time(settledBy)}`;
  return `${text} (${confidence === 'unknown' ? 'not known' : confidence}${until})`;
}

function alertLines({ severity, title, summary, status, openedAt, resolvedAt, due, runbook }: Alert, time: Time): string[] {
  const life = [
    `opened ${time(openedAt)}`,
    resolvedAt === undefined ? status : `resolved ${time(resolvedAt)}`,
    ...(due === undefined ? [] : [`due ${time(due)}`]),
  ].join(', ');
  const steps = status === 'resolved' ? [] : runbook;
  return [
    ...paragraph(`[${severity}] ${title} (${life})`, '  Alert: '),
    ...(summary === '' ? [] : paragraph(summary, ' '.repeat(9))),
    ...steps.flatMap((step, index) => paragraph(step, `         ${index + 1}. `)),
  ];
}

function alertTable(alerts: readonly Alert[], time: Time): string[] {
  const rows = alerts.map(({ severity, status, openedAt, subject, title }) => [
    severity,
    status,
    time(openedAt),
    visibleText(subject.name ?? subject.id),
    visibleText(title),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    `Alerts that would have been raised (${alerts.length}), newest first`,
    ...rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()),
  ];
}

function totals(files: readonly LogReport[], gathered: GatheredRecords, now: string, time: Time): string[] {
  const sum = (of: (file: LogReport) => number): number => files.reduce((total, file) => total + of(file), 0);
  const records = sum((file) => file.records);
  const duplicates = sum((file) => file.duplicates);
  const unreadable = sum((file) => file.unreadable.length);
  const oldest = gathered.spans.map(({ from }) => from).sort()[0];
  const span =
    oldest === undefined || gathered.newest === undefined ? '' : `, ${time(oldest)} to ${time(gathered.newest)}`;
  return [
    ...paragraph(`Read ${counted(files.length, 'file')}: ${counted(records, 'record')}${span}; judged as of ${time(now)}.`),
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
  const named = byCount.slice(0, most).map(([activity, count]) => `${activity} (${count})`);
  return paragraph(`ignored: ${named.join(', ')}${more}`, '  ');
}

function unreadableLines(unreadable: readonly UnreadableRecord[]): string[] {
  const more = unreadable.length - most;
  return [
    ...unreadable.slice(0, most).flatMap(({ position, reason }) => paragraph(`record ${position}: ${reason}`, '    ')),
    ...(more > 0 ? [`    and ${more} more; --json names them all`] : []),
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Lines of at most `width`, the first behind `first`, the others behind as many blanks. Steering characters are taken out. */
function paragraph(text: string, first = '', others = ' '.repeat(first.length)): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of visibleText(text).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = others;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
