import type { AuditRecord, LogName } from '../../shared/ingest/audit-record.ts';
import type { ReadRecord } from '../../shared/ingest/read-record.ts';
import { unknownTenant } from '../../shared/ingest/read-record.ts';
import { SeenRecords } from './seen-records.ts';

export type ReadableRecord = Exclude<ReadRecord, { kind: 'unreadable' }>;

export function tenantOf(read: ReadableRecord): string {
  return (read.kind === 'record' ? read.record.tenantId : read.tenantId) ?? unknownTenant;
}

export function withTenant(read: ReadableRecord, tenantId: string): ReadableRecord {
  return read.kind === 'record' ? { ...read, record: { ...read.record, tenantId } } : { ...read, tenantId };
}

/** From the first to the last record of one log in one file. */
export interface LogSpan {
  tenantId: string;
  log: LogName;
  from: string;
  to: string;
  file: FileRead;
}

/** A file of which something could not be read: nobody knows what that told, so no record is missing for certain in its time. */
interface FileRead {
  isWhole: boolean;
}

/** What all files together hold. Memory grows with records that can give a fact, and by a few bytes for every other one. */
export class GatheredRecords {
  /** By tenant, then by log and id: where two exports tell different parts of the same record, both stand here. */
  readonly records = new Map<string, Map<string, AuditRecord[]>>();
  /** How many records of an activity gave no fact. Those that could have are counted by `countUntold`. */
  readonly ignored = new Map<string, number>();
  readonly spans: LogSpan[] = [];
  readonly #seen = new SeenRecords();

  /** The tenants that records name. */
  get tenants(): string[] {
    return [...new Set(this.spans.map(({ tenantId }) => tenantId))].sort();
  }

  get newest(): string | undefined {
    return this.spans
      .map(({ to }) => to)
      .sort()
      .at(-1);
  }

  /** To be called for each file: `take` takes its records and says which have been there before, in whatever file. */
  beginFile(): { take: (read: ReadableRecord) => 'new' | 'duplicate'; file: FileRead } {
    const spans = new Map<string, LogSpan>();
    const file = { isWhole: true };
    const take = (read: ReadableRecord): 'new' | 'duplicate' => {
      const tenantId = tenantOf(read);
      const { id, at, log, activity } = read.kind === 'record' ? read.record : read;
      if (at !== undefined) this.#span(spans, { tenantId, log, from: at, to: at, file });
      const isNew = id === undefined || this.#seen.add(`${tenantId}\n${log}\n${id}`);
      if (read.kind === 'ignored') {
        if (isNew) this.#ignore(activity, 1);
      } else if (this.#keep(read.record) && !isNew) {
        // Another export told of it without what makes it worth keeping.
        this.#ignore(activity, -1);
      }
      return isNew ? 'new' : 'duplicate';
    };
    return { take, file };
  }

  /** Counts what was kept of a tenant and stands in no fact; `told` has the ids of the records of its facts. */
  countUntold(tenantId: string, told: ReadonlySet<string>): void {
    for (const [record] of this.records.get(tenantId)?.values() ?? []) {
      if (record !== undefined && !told.has(record.id)) this.#ignore(record.activity, 1);
    }
  }

  #ignore(activity: string, count: 1 | -1): void {
    const total = (this.ignored.get(activity) ?? 0) + count;
    if (total === 0) this.ignored.delete(activity);
    else this.ignored.set(activity, total);
  }

  #span(spans: Map<string, LogSpan>, span: LogSpan): void {
    const key = `${span.log} ${span.tenantId}`;
    const known = spans.get(key);
    if (known === undefined) {
      spans.set(key, span);
      this.spans.push(span);
    } else if (span.from < known.from) {
      known.from = span.from;
    } else if (span.to > known.to) {
      known.to = span.to;
    }
  }

  /** A duplicate that tells the same is let go; one that tells something else is for the timeline to choose from. True for the first. */
  #keep(record: AuditRecord): boolean {
    const ofTenant = this.records.get(record.tenantId) ?? new Map<string, AuditRecord[]>();
    this.records.set(record.tenantId, ofTenant);
    const key = `${record.log} ${record.id}`;
    const known = ofTenant.get(key);
    if (known === undefined) {
      ofTenant.set(key, [record]);
    } else if (!known.some((other) => JSON.stringify(other) === JSON.stringify(record))) {
      known.push(record);
    }
    return known === undefined;
  }
}
