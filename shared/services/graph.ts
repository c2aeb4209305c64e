import type { ReadOutcome } from './read-outcome.ts';

export interface GraphPage {
  /** `value` of the page, as it came. */
  value: unknown[];
  /** Path and query of the next page; never of another host. */
  next?: string;
}

export interface Graph {
  /** `path` begins behind `/v1.0`: `/auditLogs/directoryAudits?…`, or is a `next` of a page. */
  readPage(tenantId: string, path: string): Promise<ReadOutcome<GraphPage>>;
  /** One thing instead of a list: `/admin/reportSettings`. The value is a JSON object, as it came. */
  readObject(tenantId: string, path: string): Promise<ReadOutcome<GraphObject>>;
  /**
   * Many things, each with an outcome of its own, in the order of their paths: one may be missing or throttled where the others are
   * read. Where a whole batch comes to nothing, that is the outcome of each of its things.
   */
  readObjects(tenantId: string, paths: readonly string[]): Promise<ReadOutcome<GraphObject>[]>;
}

/** A JSON object, as it came. */
export type GraphObject = Readonly<Record<string, unknown>>;
