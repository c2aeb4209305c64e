import type { Version } from '../ports.ts';

/** What is known of the first collections of a tenant, so that its numbers are told once. */
export interface FirstLook {
  /** When the last source finished its first collection. */
  finishedAt: string;
  /** The sources that have finished since the digest before. */
  sources: string[];
  /** What was opened until then has been told as numbers. */
  toldUntil?: string;
}

export interface FirstLookStore {
  readFirstLook(tenantId: string): Promise<{ look: FirstLook; version: Version } | undefined>;
  /** Without `version` it inserts; `changed` where somebody else wrote since. */
  saveFirstLook(
    tenantId: string,
    look: FirstLook,
    version: Version | undefined,
  ): Promise<'saved' | 'changed'>;
}
