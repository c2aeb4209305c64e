import type { ReadOutcome } from './read-outcome.ts';

export interface ActivityContent {
  contentUri: string;
  contentId: string;
  contentCreated: string;
}

/** A content type for which the tenant collects audit records, or did. */
export interface ActivitySubscription {
  contentType: string;
  /** A stopped one is listed too. */
  enabled: boolean;
}

export interface ActivityApi {
  listSubscriptions(tenantId: string): Promise<ReadOutcome<ActivitySubscription[]>>;
  /** Starts the subscription; already started is success (AF20024). */
  start(tenantId: string, contentType: string): Promise<ReadOutcome<void>>;
  /** Stops the subscription; one that is not there is success (AF20022). */
  stop(tenantId: string, contentType: string): Promise<ReadOutcome<void>>;
  /** `page` is the NextPageUri of the page before; the window must be at most 24 hours. */
  listContent(
    tenantId: string,
    contentType: string,
    window: { from: string; to: string },
    page?: string,
  ): Promise<ReadOutcome<{ content: ActivityContent[]; next?: string }>>;
  readContent(tenantId: string, contentUri: string): Promise<ReadOutcome<unknown[]>>;
}
