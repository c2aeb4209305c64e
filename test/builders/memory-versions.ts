import type { Forgotten } from '../../shared/tenants/tenant-store.ts';

/** Values with versions, as a table keeps them: an old version is refused, and nobody holds the stored object itself. */
export interface VersionedValues<T> {
  get(key: string): { value: T; version: string } | undefined;
  save(key: string, value: T, version: string | undefined): 'saved' | 'changed';
  values(): T[];
  /** Removes few of those that `isIt` chooses, so that tests see what comes in portions. */
  forget(isIt: (value: T) => boolean): Forgotten;
  remove(key: string, version: string): 'removed' | 'changed';
}

export function createVersionedValues<T>(): VersionedValues<T> {
  const stored = new Map<string, { value: T; version: string }>();
  let writes = 0;
  return {
    get(key) {
      const entry = stored.get(key);
      return entry === undefined ? undefined : structuredClone(entry);
    },
    save(key, value, version) {
      if (stored.get(key)?.version !== version) return 'changed';
      writes += 1;
      // As through JSON: a field that is undefined is not there afterwards.
      stored.set(key, { value: JSON.parse(JSON.stringify(value)) as T, version: String(writes) });
      return 'saved';
    },
    values() {
      return [...stored.values()].map(({ value }) => structuredClone(value));
    },
    forget(isIt) {
      return forgetSome(stored, ({ value }) => isIt(value));
    },
    remove(key, version) {
      if (stored.get(key)?.version !== version) return 'changed';
      stored.delete(key);
      return 'removed';
    },
  };
}

const mostAtOnce = 2;

export function forgetSome<T>(stored: Map<string, T>, isIt: (value: T) => boolean): Forgotten {
  const chosen = [...stored].filter(([, value]) => isIt(value)).slice(0, mostAtOnce);
  for (const [key] of chosen) stored.delete(key);
  return { rows: chosen.length, more: chosen.length === mostAtOnce };
}
