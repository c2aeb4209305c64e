import type { Severity } from '../rules/verdict.ts';
import type { Version } from '../ports.ts';
import type { AlertStatus, StoredAlert } from './alert.ts';

export interface AlertFilter {
  tenantIds: readonly string[];
  /** What an alert counts as `at` this moment (ISO 8601): a snooze that has ended counts as open, whatever is stored. */
  status?: { in: readonly AlertStatus[]; at: string };
  /** With or without its folder. */
  rule?: string;
  severity?: readonly Severity[];
  /** In any case. */
  subjectId?: string;
}

/** Where an alert stands in a list: newest `openedAt` first, of one moment by id. */
export type AlertPosition = Pick<StoredAlert, 'openedAt' | 'id' | 'tenantId'>;

interface AlertList {
  /** Newest `openedAt` first. */
  alerts: StoredAlert[];
  /** The list goes on behind it; absent where this is the end. */
  next?: AlertPosition;
}

/** An alert as it was read: what a save is compared with. */
export interface AlertAsRead {
  alert: StoredAlert;
  version: Version;
}

/** So many changed notices are written together with their alert in one transaction. */
export const noticesInOneWrite = 45;

export interface AlertStore {
  /** The alert with its notices. @throws where it is there and cannot be read: that is never "none" (law 3) */
  get(tenantId: string, id: string): Promise<AlertAsRead | undefined>;
  /**
   * Writes the alert and what differs from `read`; inserts it where nothing was read. Nothing is read again. Up to
   * `noticesInOneWrite` changed notices it is one transaction; more are written in portions, the alert itself with the last of them, and after
   * a crash in between whoever decides again adds what is missing.
   *
   * `changed` means that somebody else wrote in between: read again and decide again.
   */
  save(alert: StoredAlert, read: AlertAsRead | undefined): Promise<'saved' | 'changed'>;
  /** The first `top` alerts behind `after`. Of several tenants only those are read that may hold what is asked for. */
  list(filter: AlertFilter, page: { top: number; after?: AlertPosition }): Promise<AlertList>;
  /** All of one tenant that are not resolved, newest first. @param rule with its folder */
  live(tenantId: string, rule?: string): AsyncIterable<StoredAlert>;
}

const pageSize = 1000;

/** Every alert that the filter lets through, for those who count and not for those who show. */
export async function* everyAlert(
  alerts: Pick<AlertStore, 'list'>,
  filter: AlertFilter,
): AsyncGenerator<StoredAlert> {
  let after: AlertPosition | undefined;
  do {
    const page: AlertList = await alerts.list(filter, {
      top: pageSize,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.alerts;
    after = page.next;
  } while (after !== undefined);
}
