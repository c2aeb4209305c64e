import type { Alert } from '../../shared/alert/alert.ts';
import { detailsInWords } from '../../shared/card/details.ts';
import type { Cause, Evidence } from '../../shared/cause/explanation.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import type { LogReport } from './document.ts';
import { compareText } from '../../shared/text/order.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { doerWords, factWords, logWords } from './fact-words.ts';
import type { GatheredRecords } from './gather-records.ts';
import { newestFirst } from './newest-first.ts';
import { plainName, plainWords } from '../terminal/plain-words.ts';
import type { FilesRead } from './read-files.ts';
import type { UnreadableRecord } from './read-log.ts';
import type { Replayed, ReplayedSubject } from './replayed.ts';
import { counted } from '../../shared/text/numbers.ts';
import { type Time, timeIn } from '../../shared/time/zoned-time.ts';

/** How many activities, and unreadable records of a file, are named; `--json` has them all. */
const most = 8;
/** A step of a runbook holds commands, which are of no use when they are cut. */
const longestStep = 1500;

/**
 * What `replay` prints for people, in portions. Whatever a tenant wrote passes through `plainWords`, so nothing of it steers the
 * terminal.
 */
export async function* reportOf(
  read: FilesRead,
  gathered: GatheredRecords,
  { subjects, now }: Replayed,
  { user, now: asked, timeZone }: { user?: string; now?: string; timeZone: string },
): AsyncGenerator<string> {
  const time = timeIn(timeZone);
  const severalTenants = gathered.tenants.length > 1;
  const alerts: AlertRow[] = [];
  let facts = 0;
  const lacking = lackingWords(read);
  if (lacking !== '') yield text([...paragraph(lacking), '']);
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
  const isNothingRead = lacking !== '' && countedIn(read, (file) => file.records) === 0;
  if (facts === 0 && !isNothingRead) yield text([...paragraph(nothingWords(read, gathered, user, time)), '']);
  if (user === undefined && alerts.length > 0) yield text([...alertTable(alerts, time), '']);
  const judged =
    gathered.newest === undefined && asked === undefined
      ? ''
      : `; judged as of ${time(now)}${asked === undefined ? ' (two days after the newest record; --now says otherwise)' : ''}`;
  yield text(totals(read, gathered, judged, time));
}

function countedIn({ files }: FilesRead, of: (file: LogReport) => number): number {
  return files.reduce((total, file) => total + of(file), 0);
}

/** Said first, because it holds for all that follows. Empty where all was read. */
function lackingWords(read: FilesRead): string {
  const records = countedIn(read, (file) => file.records);
  const unreadable = countedIn(read, (file) => file.unreadable.length);
  const lacking = [
    ...(unreadable === 0
      ? []
      : [`${counted(unreadable, 'record')} could not be read (why stands at the end)`]),
    ...(read.failed === 0 ? [] : [`${counted(read.failed, 'file')} could not be read at all`]),
  ].join(', and ');
  if (lacking === '') return '';
  return records === 0
    ? `NOTHING WAS READ: ${lacking}. Whether there was a licence event cannot be said.`
    : `NOT ALL WAS READ: ${lacking}. What they tell is missing from all that follows.`;
}

/** Nothing is only said of what was read, with how much that is and until when. */
function nothingWords(
  read: FilesRead,
  { newest }: GatheredRecords,
  user: string | undefined,
  time: Time,
): string {
  const records = countedIn(read, (file) => file.records);
  const until = newest === undefined ? '' : `, the newest of ${time(newest)}`;
  const isWhole = lackingWords(read) === '';
  const which = isWhole ? 'these logs' : 'what could be read';
  return user === undefined
    ? `No licence event in ${which}: ${counted(records, 'record')}${until}.`
    : `No licence event in ${which} names ${user}. Is it an object id or a UPN?`;
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
  const title = `${subject.kind === 'group' ? 'Group ' : ''}${plainName(subject.name)}`;
  return [
    ...paragraph(telling.severalTenants ? `${title} (tenant ${tenantId})` : title),
    ...facts.flatMap((fact) => factLines(fact, subject.kind, telling.time)),
    ...causes.flatMap((cause) => paragraph(explained(cause, telling.time), '  Why:   ')),
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

function explained({ text, confidence, settledBy }: Cause, time: Time): string {
  const until = settledBy === undefined ? '' : `; settled by ${time(settledBy)}`;
  return `${text} (${confidence === 'unknown' ? 'not known' : confidence}${until})`;
}

function alertLines(alert: Alert, { isAsked, time }: Telling): string[] {
  const { severity, title, status, openedAt, resolvedAt, due } = alert;
  const life =
    resolvedAt === undefined
      ? `${status} since ${time(openedAt)}${due === undefined ? '' : `, due ${time(due)}`}`
      : `${time(openedAt)}, resolved ${time(resolvedAt)}`;
  const details = detailsInWords(alert.details, most, plainName).map(
    ({ label, value }) => `${label}: ${value}`,
  );
  return [
    ...paragraph(`[${severity}] ${title} (${life})`, '  Alert: ', behindAlert),
    ...(isAsked
      ? askedLines(alert, details, time)
      : details.length > 0
        ? paragraph(details.join('; '), behindAlert)
        : []),
  ];
}

const behindAlert = ' '.repeat(9);

/** All that an alert tells to whoever asks about its subject. */
function askedLines(alert: Alert, details: readonly string[], time: Time): string[] {
  const { summary, status, runbook, evidence, about } = alert;
  const { reference, knownGaps = [] } = about;
  const known = evidence.slice(0, most).map((one) => evidenceWords(one, time));
  const unnamed = evidence.length - known.length;
  return [
    ...paragraph(summary, behindAlert),
    ...details.flatMap((detail) => paragraph(detail, behindAlert, `${behindAlert}  `)),
    // Not wrapped: a step holds a command to be copied.
    ...(status === 'resolved'
      ? []
      : runbook.map((step, index) => `${behindAlert}${index + 1}. ${plainWords(step, longestStep)}`)),
    ...headed('Known from:', unnamed > 0 ? [...known, `and ${unnamed} more`] : known),
    ...headed('What this check cannot see:', knownGaps),
    ...(reference === undefined ? [] : [`${behindAlert}Read more: ${plainWords(reference)}`]),
  ];
}

function headed(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [
    `${behindAlert}${heading}`,
    ...lines.flatMap((line) => paragraph(line, `${behindAlert}- `, `${behindAlert}  `)),
  ];
}

/** A record as its log has it, or a state as it was read. */
function evidenceWords(evidence: Evidence, time: Time): string {
  return 'record' in evidence
    ? `record ${evidence.record} ${logWords({ logs: [evidence.log] })} of ${time(evidence.at)}`
    : `${evidence.source} of ${evidence.subject}, as read ${time(evidence.at)}`;
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

function totals(read: FilesRead, gathered: GatheredRecords, judged: string, time: Time): string[] {
  const { files, failed } = read;
  const records = countedIn(read, (file) => file.records);
  const duplicates = countedIn(read, (file) => file.duplicates);
  const unreadable = countedIn(read, (file) => file.unreadable.length);
  const oldest = gathered.spans.map(({ from }) => from).sort()[0];
  const span =
    oldest === undefined || gathered.newest === undefined
      ? ''
      : `, ${time(oldest)} to ${time(gathered.newest)}`;
  return [
    ...paragraph(
      `Read ${failed === 0 ? '' : `${files.length} of `}${counted(files.length + failed, 'file')}: ${counted(records, 'record')}${span}${judged}.`,
    ),
    ...paragraph(
      [
        counted(duplicates, 'duplicate'),
        `${[...gathered.ignored.values()].reduce((total, count) => total + count, 0)} that tell nothing about licences`,
        `${unreadable} unreadable`,
      ].join(', '),
      '  ',
    ),
    ...ignoredLines(gathered.ignored),
    ...files.flatMap(({ name, format, records: readable, unreadable: broken }) => [
      ...paragraph(
        `${name === '-' ? 'standard input' : name}: ${format}, ${counted(readable, 'record')}`,
        '  ',
      ),
      ...unreadableLines(broken),
    ]),
  ];
}

function ignoredLines(ignored: ReadonlyMap<string, number>): string[] {
  if (ignored.size === 0) return [];
  const byCount = [...ignored].sort(([a, left], [b, right]) => right - left || compareText(a, b));
  const more = byCount.length > most ? `, and ${byCount.length - most} more` : '';
  const named = byCount.slice(0, most).map(([activity, count]) => `${plainName(activity)} (${count})`);
  return paragraph(`ignored: ${named.join(', ')}${more}`, '  ');
}

/** By reason, for an export is cut off in all of its records alike. */
function unreadableLines(unreadable: readonly UnreadableRecord[]): string[] {
  const positions = new Map<string, number[]>();
  for (const { position, reason } of unreadable) {
    const known = positions.get(reason);
    if (known === undefined) positions.set(reason, [position]);
    else known.push(position);
  }
  const reasons = [...positions];
  const more = reasons.length - most;
  return [
    ...reasons
      .slice(0, most)
      .flatMap(([reason, of]) => paragraph(`${recordsWords(of)}: ${reason}`, '    ', '      ')),
    ...(more > 0 ? [`    and ${more} more reasons; --json names them all`] : []),
  ];
}

function recordsWords(positions: readonly number[]): string {
  const [only] = positions;
  if (positions.length === 1) return `record ${only}`;
  const more = positions.length > most ? ', …' : '';
  return `${counted(positions.length, 'record')} (${positions.slice(0, most).join(', ')}${more})`;
}
