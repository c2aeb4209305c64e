import { describe, expect, test } from '@jest/globals';
import type { StorageAccount } from '../../../cli/storage/account.ts';
import { storageFailure } from '../../../cli/storage/failure.ts';
import { storageTrouble } from '../../../cli/storage/trouble.ts';

const real: StorageAccount = {
  name: 'gracewatchcontoso',
  reader: { kind: 'identity' },
  urls: {
    blobs: 'https://gracewatchcontoso.blob.core.windows.net',
    queues: 'https://gracewatchcontoso.queue.core.windows.net',
    tables: 'https://gracewatchcontoso.table.core.windows.net',
  },
};

describe('what storage and the SDKs say', () => {
  const withCode = (code: string): unknown =>
    Object.assign(new Error(code), { statusCode: 403, details: { errorCode: code } });
  const named = (name: string, more: object = {}): unknown =>
    Object.assign(new Error('x'), { name, ...more });

  test.each([
    [
      'nobody in the chain of credentials',
      named('ChainedTokenCredentialUnavailableError'),
      { kind: 'not-signed-in' },
    ],
    ['a chain in which each was refused', named('AggregateAuthenticationError'), { kind: 'not-signed-in' }],
    ['no identity', named('CredentialUnavailableError'), { kind: 'no-identity' }],
    ['no such name', named('RestError', { code: 'ENOTFOUND' }), { kind: 'unreachable', why: 'no-such-host' }],
    [
      'nobody who listens',
      named('RestError', { code: 'ECONNREFUSED' }),
      { kind: 'unreachable', why: 'refused' },
    ],
    [
      'an old certificate',
      named('TypeError', { cause: { code: 'CERT_HAS_EXPIRED' } }),
      { kind: 'unreachable', why: 'certificate' },
    ],
    ['our own deadline', named('AbortError'), { kind: 'unreachable', why: 'too-late' }],
    ['a token of another tenant', withCode('InvalidAuthenticationInfo'), { kind: 'not-believed' }],
    ['a status alone', Object.assign(new Error('x'), { statusCode: 503 }), { kind: 'unknown', code: '503' }],
    ['nothing', undefined, { kind: 'unreachable', why: 'broken' }],
  ])('%s', (_who, error, failure) => {
    expect(storageFailure(error)).toEqual(failure);
  });

  test('a name that leads nowhere is an account that is not there', () => {
    const { means, mend } = storageTrouble({ kind: 'unreachable', why: 'no-such-host' }, 'queues', real);
    expect(means).toContain('gracewatchcontoso.queue.core.windows.net leads nowhere');
    expect(means).toContain('or the account is deleted');
    expect(mend).toContain('az storage account list');
  });

  test('a role that only the person lacks is no failure of the deployment', () => {
    const person: StorageAccount = {
      ...real,
      reader: { kind: 'person' },
      id: '/subscriptions/s/storageAccounts/g',
    };
    const { status, means, mend } = storageTrouble({ kind: 'role-missing' }, 'tables', person);
    expect(status).toBe('warn');
    expect(means).toContain('your account lacks the role Storage Table Data Reader');
    expect(mend).toBe(
      'az role assignment create --assignee "$(az ad signed-in-user show --query id --output tsv)" --role "Storage Table Data Reader" --scope /subscriptions/s/storageAccounts/g',
    );
  });

  test('the identity of an app is named where it is known', () => {
    const known: StorageAccount = {
      ...real,
      reader: { kind: 'identity', clientId: '33333333-4444-4555-8666-777777777777' },
    };
    expect(storageTrouble({ kind: 'role-missing' }, 'blobs', known).mend).toContain(
      '--assignee 33333333-4444-4555-8666-777777777777 --role "Storage Blob Data Owner"',
    );
  });

  test('each role that the identity lacks is named by itself', () => {
    const role = (service: 'blobs' | 'queues' | 'tables'): string | undefined =>
      /--role "([^"]+)"/.exec(storageTrouble({ kind: 'role-missing' }, service, real).mend)?.[1];
    expect([role('blobs'), role('queues'), role('tables')]).toEqual([
      'Storage Blob Data Owner',
      'Storage Queue Data Contributor',
      'Storage Table Data Contributor',
    ]);
  });

  test('of a key no role is spoken', () => {
    const keyed: StorageAccount = { ...real, reader: { kind: 'key' } };
    const { means, mend } = storageTrouble({ kind: 'role-missing' }, 'tables', keyed);
    expect(means).toContain('the signature in AzureWebJobsStorage');
    expect(means + mend).not.toMatch(/role|identity/);
  });
});
