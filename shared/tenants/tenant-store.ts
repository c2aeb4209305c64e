import type { Version } from '../ports.ts';
import type { Removal } from './removal.ts';

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
