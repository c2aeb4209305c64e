import { afterAll, beforeAll } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Secret } from '../../shared/secret.ts';
import { connectStorage } from '../../shared/adapters/storage.ts';
import type { StorageClients } from '../../shared/adapters/storage.ts';
import { startAzurite } from '../builders/azurite.ts';
import type { Azurite } from '../builders/azurite.ts';

/** One emulator for the test file; ask inside a test. */
export function azuriteStorage(): () => StorageClients {
  const connectionString = azuriteConnection();
  let storage: StorageClients | undefined;
  return () => {
    storage ??= connectStorage({
      kind: 'connection-string',
      connectionString: new Secret(connectionString()),
    });
    return storage;
  };
}

/** The same for tests that make their own clients. */
export function azuriteConnection(): () => string {
  let azurite: Azurite | undefined;
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => azurite?.stop());
  return () => {
    if (azurite === undefined) throw new Error('Azurite has not been started');
    return azurite.connectionString;
  };
}

/** A legal name for a table, queue or container that no other test uses. */
export function freshName(): string {
  return `t${randomUUID().replaceAll('-', '')}`;
}

export async function collected<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}
