import { describe, expect, test } from '@jest/globals';
import { connectStorage, createdWhenMissing, statusOf } from '../../shared/adapters/storage.ts';
import { Secret } from '../../shared/secret.ts';

describe('the clients of storage', () => {
  test('by identity are those of the account, and hold no key', () => {
    const storage = connectStorage({
      kind: 'identity',
      blob: 'https://contoso.blob.core.windows.net',
      queue: 'https://contoso.queue.core.windows.net',
      table: 'https://contoso.table.core.windows.net',
      clientId: '33333333-3333-4333-8333-333333333333',
    });
    expect(storage.table('alerts').url).toMatch(/^https:\/\/contoso\.table\.core\.windows\.net\/?$/);
    expect(storage.table('alerts').tableName).toBe('alerts');
    expect(storage.queue('collect').url).toBe('https://contoso.queue.core.windows.net/collect');
    expect(storage.container('oversize').url).toBe('https://contoso.blob.core.windows.net/oversize');
  });

  test('by connection string are those that it names', () => {
    const connectionString = new Secret(
      'DefaultEndpointsProtocol=https;AccountName=fabrikam;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net',
    );
    const storage = connectStorage({ kind: 'connection-string', connectionString });
    expect(storage.table('alerts').url).toMatch(/^https:\/\/fabrikam\.table\.core\.windows\.net\/?$/);
    expect(storage.queue('collect').url).toBe('https://fabrikam.queue.core.windows.net/collect');
    expect(storage.container('oversize').url).toBe('https://fabrikam.blob.core.windows.net/oversize');
  });
});

describe('work on what may be missing', () => {
  const missing = Object.assign(new Error('not found'), { statusCode: 404 });

  test('is done again after it was created, once', async () => {
    const steps: string[] = [];
    const create = (): Promise<unknown> => Promise.resolve(steps.push('create'));
    const work = (): Promise<string> => {
      steps.push('work');
      return steps.length === 1 ? Promise.reject(missing) : Promise.resolve('done');
    };
    expect(await createdWhenMissing(create, work)).toBe('done');
    expect(steps).toEqual(['work', 'create', 'work']);
    await expect(createdWhenMissing(create, () => Promise.reject(missing))).rejects.toBe(missing);
  });

  test('fails as it fails for any other reason', async () => {
    const refused = Object.assign(new Error('forbidden'), { statusCode: 403 });
    const create = (): Promise<unknown> => Promise.reject(new Error('created for no reason'));
    await expect(createdWhenMissing(create, () => Promise.reject(refused))).rejects.toBe(refused);
  });

  test('knows the status of errors that have one', () => {
    expect(statusOf(missing)).toBe(404);
    expect(statusOf(new Error('connection reset'))).toBeUndefined();
    expect(statusOf(undefined)).toBeUndefined();
  });
});
