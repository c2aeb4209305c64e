import type { Gap, ListedContent, LogCoverageRow } from './coverage-store.ts';
import { compareText } from '../text/order.ts';
import { mergeWindows } from './windows.ts';

export interface TimeWindow {
  from: string;
  to: string;
}

/** What one step adds to the coverage of a log. */
export interface LogProgress {
  covered: TimeWindow[];
  gaps: Gap[];
  /** Content of known gaps that needs no further try: read at last, or gone for good. */
  readAtLast?: string[];
  reread?: LogCoverageRow['reread'];
  /** It is given since then. */
  givenSince?: string;
  /** It was found off. */
  off?: true;
  newest?: ListedContent;
}

/** The coverage with what one step read. Content that is told again stands last, so that gaps are tried in turn. */
export function withLogStep(row: LogCoverageRow, progress: LogProgress): LogCoverageRow {
  const { covered, gaps: told, readAtLast = [], reread, givenSince, off, newest } = progress;
  const done = new Set([...readAtLast, ...told.flatMap(({ content }) => content ?? [])]);
  const gaps = bounded([
    ...row.gaps.filter(({ content }) => content === undefined || !done.has(content)),
    ...told,
  ]);
  const { failure, off: wasOff, ...rest } = row;
  const isOff = off === true || (wasOff === true && givenSince === undefined);
  return {
    ...rest,
    windows: mergeWindows([...row.windows, ...covered]),
    gaps,
    ...(reread === undefined ? {} : { reread }),
    ...(givenSince === undefined ? {} : { givenSince }),
    ...(isOff ? { off: true } : {}),
    ...(newest === undefined ? {} : { newest }),
    ...(failure === undefined ? {} : failureAfter(failure, progress, gaps)),
  };
}

/** A step that only switches the source on reads nothing; and content that cannot be read stays a failure while other content is read. */
function failureAfter(
  failure: NonNullable<LogCoverageRow['failure']>,
  { covered, off, givenSince }: LogProgress,
  gaps: readonly Gap[],
): Pick<LogCoverageRow, 'failure'> {
  const hasReadNothing = off === true || (givenSince !== undefined && covered.length === 0);
  return hasReadNothing ? { failure } : unreadContent(gaps);
}

/** So many places that are lost for good are kept one by one; older ones become one window. */
const mostLost = 200;

/**
 * A lost place is told by every run whose window holds it, and is one; so are places that touch and are lost for one reason. Of very many
 * the oldest are told as one window around them: it says more is missing than is, and never less.
 */
function bounded(gaps: readonly Gap[]): Gap[] {
  const open = gaps.filter(({ content }) => content !== undefined);
  const lost = gaps.filter(({ content }) => content === undefined);
  const distinct = joined(lost);
  if (distinct.length <= mostLost) return [...distinct, ...open];
  const old = distinct.slice(0, distinct.length - mostLost + 1);
  const [first] = old;
  const to = old.map((gap) => gap.to).reduce((a, b) => (a > b ? a : b), '');
  const folded = first === undefined ? [] : [{ ...first, to }];
  return [...folded, ...distinct.slice(old.length), ...open];
}

function joined(lost: readonly Gap[]): Gap[] {
  const places: Gap[] = [];
  for (const gap of lost.toSorted((a, b) => compareText(a.from, b.from) || compareText(b.to, a.to))) {
    const at = places.findLastIndex(({ reason }) => reason === gap.reason);
    const last = places[at];
    if (last === undefined || last.to < gap.from) places.push(gap);
    else if (last.to < gap.to) places[at] = { ...last, to: gap.to };
  }
  return places;
}

/** A run that has ended and left content unread is told like a source that fails. */
export function withLogEnd(row: LogCoverageRow): LogCoverageRow {
  const { failure: _failure, ...rest } = row;
  return { ...rest, ...unreadContent(row.gaps) };
}

function unreadContent(gaps: readonly Gap[]): Pick<LogCoverageRow, 'failure'> {
  const unread = gaps.filter(({ content }) => content !== undefined);
  const first = unread.toSorted((a, b) => (a.from < b.from ? -1 : 1))[0];
  if (first === undefined) return {};
  const reason = `${unread.length} pieces of content cannot be read: ${first.reason}`;
  return { failure: { at: first.from, reason } };
}
