import { z } from 'zod';

/** What a request for directory audits asks for; instants in milliseconds since 1970. */
export interface DirectoryAuditQuery {
  matches: (at: number) => boolean;
  order: 'asc' | 'desc';
  top: number;
  /** The line after which the page begins. */
  after?: { at: number; order: number };
}

/** A page holds at most this many records (FACTS 6.1). */
const largestPage = 1000;

const comparisons: Record<string, (at: number, bound: number) => boolean> = {
  eq: (at, bound) => at === bound,
  ge: (at, bound) => at >= bound,
  gt: (at, bound) => at > bound,
  le: (at, bound) => at <= bound,
  lt: (at, bound) => at < bound,
};

const clausePattern =
  /^activityDateTime (eq|ge|gt|le|lt) (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?Z)$/;

const skipTokenSchema = z.object({ at: z.number(), order: z.number() });

/** Reads the query options that directory audits know; a text where Graph would answer 400. */
export function readDirectoryAuditQuery(query: URLSearchParams): DirectoryAuditQuery | string {
  const conditions: ((at: number) => boolean)[] = [];
  const filter = query.get('$filter');
  for (const clause of filter === null ? [] : filter.trim().split(/\s+and\s+/)) {
    const [, operator = '', bound = ''] = clause.match(clausePattern) ?? [];
    const compare = comparisons[operator];
    if (compare === undefined) return `Invalid filter clause: '${clause}'.`;
    conditions.push((at) => compare(at, Date.parse(bound)));
  }
  const [, order] = query.get('$orderby')?.match(/^activityDateTime(?: (asc|desc))?$/) ?? [];
  if (query.has('$orderby') && order === undefined && query.get('$orderby') !== 'activityDateTime') {
    return 'Only activityDateTime may be ordered by.';
  }
  const top = Number(query.get('$top') ?? largestPage);
  if (!Number.isInteger(top) || top < 1) return "Invalid value for '$top'.";
  if (top > largestPage) {
    return `The limit of '${largestPage}' for Top query has been exceeded. The value from the incoming request is '${top}'.`;
  }
  const token = query.get('$skiptoken');
  const after = token === null ? undefined : readSkipToken(token);
  if (token !== null && after === undefined) return 'Skip token is null or invalid.';
  return {
    matches: (at) => conditions.every((holds) => holds(at)),
    // Newest first unless asked otherwise; a bare $orderby is ascending, as OData has it.
    order: order === 'asc' || (order === undefined && query.has('$orderby')) ? 'asc' : 'desc',
    top,
    ...(after === undefined ? {} : { after }),
  };
}

/** Opaque to the caller; it names a line and not a number of lines, so that records that come in between shift nothing. */
export function writeSkipToken(line: { at: number; order: number }): string {
  return Buffer.from(JSON.stringify({ at: line.at, order: line.order })).toString('base64url');
}

function readSkipToken(token: string): { at: number; order: number } | undefined {
  try {
    return skipTokenSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
  } catch {
    return undefined;
  }
}
