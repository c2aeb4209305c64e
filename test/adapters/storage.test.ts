import { describe, expect, test } from '@jest/globals';
import {
  connectStorage,
  createdWhenMissing,
  isStorageFailure,
  statusOf,
} from '../../shared/adapters/storage.ts';
import { NoStorageAnswer } from '../../shared/adapters/storage-answer.ts';
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

describe('a failure of storage', () => {
  const rest = (statusCode?: number): Error =>
    Object.assign(new Error('no'), {
      name: 'RestError',
      ...(statusCode === undefined ? {} : { statusCode }),
    });
  const named = (name: string): Error => Object.assign(new Error('no'), { name });

  test.each([
    rest(),
    ...[401, 403, 408, 429, 500, 503].map(rest),
    new NoStorageAnswer('table'),
    named('AbortError'),
    named('CredentialUnavailableError'),
    new Error('2 of 3 findings could not be recorded', { cause: rest(503) }),
    new AggregateError([new Error('other'), new Error('one', { cause: rest(500) })]),
  ])('is what would not be so in an hour: %#', (error) => {
    expect(isStorageFailure(error)).toBe(true);
  });

  test.each([
    ...[400, 404, 409, 412, 413].map(rest),
    new Error('the message is not an envelope'),
    new Error('another', { cause: new TypeError('x is undefined') }),
    'text',
    undefined,
  ])('is nothing that is the fault of what was asked: %#', (error) => {
    expect(isStorageFailure(error)).toBe(false);
  });
});
