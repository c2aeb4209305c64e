import type { StoredAlert, StoredNotice } from './alert/alert.ts';
import type { AuditRecord } from './ingest/audit-record.ts';
import type { Removal } from './tenants/removal.ts';
import type { SourceName } from './timeline/coverage.ts';

/** Every side effect of the product as a type. Adapters implement them, `runtime.ts` joins them, tests fake them. */

export interface Clock {
  now(): Date;
}

export type LogFields = Record<string, string | number | boolean | undefined>;

/** Fixed messages with fields: never a body, token, URL with a secret, or phone number (law 9). */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type QueueName = 'collect' | 'evaluate-licence' | 'verdicts' | 'notices';

export interface Queues {
  /**
   * Sends items in as many envelopes as they need, with no more than `mostItems` in one; an item too large for one goes to a blob and travels by reference.
   * Returns when all are stored. Throws when any could not be: the caller then has not finished.
   */
  send(
    queue: QueueName,
    tenantId: string,
    kind: string,
    items: readonly unknown[],
    options?: { delaySeconds?: number; mostItems?: number },
  ): Promise<void>;
  /** About how many messages wait or are in work; includes delayed ones. */
  depth(queue: QueueName): Promise<number>;
}

/** What a look at a working queue showed. */
export interface QueueLook {
  queue: QueueName;
  /** About how many messages wait, are hidden or are in work. */
  depth: number;
  /** For how long the oldest of those in front could have been handled; 0 when none waits. */
  waitingSeconds: number;
}

export interface QueueWatch {
  look(): Promise<QueueLook[]>;
}

/** Fetches the items that travelled by reference; items that did not are returned as they are. */
export interface OversizeItems {
  resolve(items: readonly unknown[]): Promise<unknown[]>;
}

export interface TimelineStore {
  /**
   * Insert-only and idempotent: a record stands in the partition of each user and group that it speaks of, licence changes and
   * deletions of groups also in one of the tenant, and index rows find users by UPN. Handling a record again changes nothing.
   */
  insert(tenantId: string, records: readonly AuditRecord[]): Promise<void>;
  /** All records of a user, also those that name him only by a UPN that is known to be his alone. */
  readUser(tenantId: string, userId: string): Promise<AuditRecord[]>;
  readGroup(tenantId: string, groupId: string): Promise<AuditRecord[]>;
  /** Licence changes, deletions and licence processing of all groups of the tenant, from `from` on (ISO). */
  readGroupLicensing(tenantId: string, from: string): Promise<AuditRecord[]>;
  /** The object id for an object id or UPN; the UPN itself while no record tells the id; undefined when unknown. */
  findUser(tenantId: string, idOrUpn: string): Promise<string | undefined>;
}

/** What a row looked like when it was read; a save with an old one is refused. */
export type Version = string;

export interface AlertFilter {
  tenantIds: readonly string[];
  status?: readonly string[];
  /** With or without its folder. */
  rule?: string;
  severity?: readonly string[];
  subjectId?: string;
}

export interface AlertStore {
  get(tenantId: string, id: string): Promise<{ alert: StoredAlert; version: Version } | undefined>;
  /**
   * Writes the alert and its notices in one transaction. Without `version` it inserts.
   * `changed` means that somebody else wrote in between: read again and decide again.
   */
  save(alert: StoredAlert, version: Version | undefined): Promise<'saved' | 'changed'>;
  list(filter: AlertFilter): AsyncIterable<StoredAlert>;
}

/** A notice that waits for its channel, in the channel's own partition so that what waits goes as one card. */
export interface WaitingNotice {
  channel: string;
  key: string;
  tenantId: string;
  alertId: string;
  reason: StoredNotice['reason'];
  at: string;
  /** Only for reason `digest`: what it tells; such a notice belongs to no alert. */
  digest?: {
    /** The source that finished last. */
    source: string;
    /** All that have finished since the digest before; only `source` where it is absent. */
    sources?: string[];
    /** What was opened until then is in the digest before; absent in the first one of the tenant. */
    after?: string;
    opened: number;
    bySeverity: Record<string, number>;
    byRule: Record<string, number>;
  };
}

export interface ChannelState {
  /** When the last post was begun; the next one waits its gap. */
  lastPostAt?: string;
  /** Set while a post is under way; a post whose worker died may be taken over after it. */
  leaseUntil?: string;
  /** Set when the channel answered that it is gone; it stays shut until its URL changes or it is tested again. */
  brokenSince?: string;
  brokenReason?: string;
  /** Fingerprint of the URL that answered so. */
  brokenUrl?: string;
  /** The tenants that were told that the channel refuses notices, until it takes one again. */
  failingTenants?: string[];
  /**
   * The post that was begun last and is not recorded yet, so that whoever takes it over sends the same notices under the same
   * key, or, where `postedAt` says that it was sent, only records it. `refusals` counts how often the channel has refused it.
   */
  posting?: { idempotencyKey: string; notices: string[]; postedAt?: string; refusals?: number };
  /** Nothing is posted before it: a message that will come then is on its way. */
  wakeAt?: string;
  /** Only in the row of the first look at a tenant, which is kept like a channel's. */
  firstLook?: FirstLook;
}

/** What is known of the first collections of a tenant, so that its numbers are told once. */
export interface FirstLook {
  /** When the last source finished its first collection. */
  finishedAt: string;
  /** The sources that have finished since the digest before. */
  sources: string[];
  /** What was opened until then has been told as numbers. */
  toldUntil?: string;
}

export interface NoticeStore {
  /** Idempotent by key. */
  putWaiting(notice: WaitingNotice): Promise<void>;
  listWaiting(channel: string): AsyncIterable<WaitingNotice>;
  removeWaiting(channel: string, keys: readonly string[]): Promise<void>;
  readChannel(channel: string): Promise<{ state: ChannelState; version: Version | undefined }>;
  saveChannel(
    channel: string,
    state: ChannelState,
    version: Version | undefined,
  ): Promise<'saved' | 'changed'>;
}

export interface CoverageRow {
  tenantId: string;
  source: SourceName;
  /** Counts up; a step of another run is dropped. */
  run: number;
  /** The step that is to be done next in this run; undefined when no run is under way. */
  step?: { number: number; state: unknown };
  /** A run that has not moved until then is taken to be dead. */
  leaseUntil?: string;
  /** When the last run was begun: a request for a run from before it is served by it. */
  startedAt?: string;
  finishedAt?: string;
  /** True until the first run has finished. */
  first: boolean;
  /** Windows read completely, merged, in order. */
  windows: { from: string; to: string }[];
  /** Up to where windows were read again for records that came late. */
  reread?: { short?: string; long?: string };
  /** What could not be read: for good, or while `content` says where every run tries it again. */
  gaps: { from: string; to: string; reason: string; content?: string }[];
  /** Since when nothing could be read, why the last attempt could not, and the permission that is missing where that is known. */
  failure?: { at: string; reason: string; permission?: string };
  /** Numbers of the last finished run: what was read and what was ignored. */
  counts?: { records: number; ignored: number; unreadable: number };
}

export interface CoverageStore {
  read(tenantId: string, source: SourceName): Promise<{ row: CoverageRow; version: Version } | undefined>;
  save(row: CoverageRow, version: Version | undefined): Promise<'saved' | 'changed'>;
  list(): AsyncIterable<CoverageRow>;
}

/** A message that could not be handled, kept where it lasts. `body` is the message as it was, base64 or not. */
export interface PoisonMessage {
  queue: string;
  messageId: string;
  insertedAt: string;
  body: string;
  /** Where it is known; an envelope in the body names it too. */
  tenantId?: string;
}

export interface PoisonStore {
  /** Idempotent by queue and message id. */
  keep(message: PoisonMessage, keptAt: string): Promise<void>;
  list(): AsyncIterable<PoisonMessage & { keptAt: string }>;
}

export interface PoisonQueues {
  /** Takes up to `limit` messages of every poison queue without deleting them. */
  receive(limit: number): Promise<(PoisonMessage & { popReceipt: string })[]>;
  remove(message: PoisonMessage & { popReceipt: string }): Promise<void>;
}

/** A tenant that a command has put into the table. */
export interface TenantRow {
  id: string;
  name: string;
  domain?: string;
  addedAt: string;
  /** Set while the tenant is being removed: it is not watched any more, and its data goes. */
  removal?: Removal;
}

export interface TenantStore {
  get(tenantId: string): Promise<{ row: TenantRow; version: Version } | undefined>;
  save(row: TenantRow, version: Version | undefined): Promise<'saved' | 'changed'>;
  remove(tenantId: string, version: Version): Promise<'removed' | 'changed'>;
  /** In order of their ids. Throws where the table cannot be read: that is never "no tenants" (law 3). */
  list(): AsyncIterable<TenantRow>;
}

/** What a store holds of a tenant that is being removed. */
export interface TenantData {
  /** Deletes a bounded number of the tenant's rows; there may be `more`. Again on nothing it does nothing. */
  forget(tenantId: string): Promise<Forgotten>;
}

export interface Forgotten {
  rows: number;
  more: boolean;
}

/**
 * What became of a read. Everything that is not `read` is neither absence nor emptiness (law 3).
 * `later`: throttled, 5xx, reset or timed out: try again, after `afterSeconds` where the service said so.
 * `refused`: it will not work by waiting (400, 401, 403, 404, 410, not JSON, a link to another host); `status` where there was one.
 */
export type ReadOutcome<T> =
  | { kind: 'read'; value: T }
  | { kind: 'later'; reason: string; afterSeconds?: number }
  | { kind: 'refused'; reason: string; status?: number; code?: string; permission?: string };

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
  readObject(tenantId: string, path: string): Promise<ReadOutcome<Readonly<Record<string, unknown>>>>;
}

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

/** Done, to be retried (when), or refused (why); `ended` where the channel itself is gone until it is tested again. */
export type DeliveryOutcome =
  | { kind: 'done' }
  | { kind: 'retry'; reason: string; afterSeconds?: number }
  | { kind: 'refused'; reason: string; ended: boolean; tooLarge?: boolean };

export interface ChannelSender {
  /** `idempotencyKey` is the same when the same card is sent again. */
  post(channelId: string, card: unknown, idempotencyKey: string): Promise<DeliveryOutcome>;
  /** Tells one URL of the channel from another without telling the URL. */
  fingerprint(channelId: string): string;
}
