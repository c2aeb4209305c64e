import {
  ClientAssertionCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
} from '@azure/identity';
import { describe, expect, test } from '@jest/globals';
import { createTokenFor, readToken } from '../../shared/adapters/credentials.ts';
import { exchangeAudience } from '../../shared/adapters/exchange-audience.ts';
import { credentialFor } from '../../shared/adapters/identity-credentials.ts';
import { CredentialNotLoaded } from '../../shared/adapters/load-identity.ts';
import { isStorageFailure } from '../../shared/adapters/storage.ts';
import type { CredentialSettings } from '../../shared/config.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { Secret } from '../../shared/secret.ts';

const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';
const application = '33333333-3333-4333-8333-333333333333';
const authority = 'https://login.microsoftonline.com';
const scope = 'https://graph.microsoft.com/.default';
const withSecret: CredentialSettings = {
  kind: 'client-secret',
  clientId: application,
  secret: new Secret('very-secret'),
};

describe('a token', () => {
  test('without a credential names the tenant', async () => {
    expect(await createTokenFor({ kind: 'none' }, '')(contoso, scope)).toBe(`none:${contoso}`);
  });

  test('comes from one credential a tenant, for whichever scope', async () => {
    const made: string[] = [];
    const tokenFor = createTokenFor(withSecret, authority, (_settings, tenantId, at) => {
      made.push(`${tenantId} ${at}`);
      return {
        getToken: (asked) =>
          Promise.resolve({ token: `${tenantId} ${String(asked)}`, expiresOnTimestamp: 0 }),
      };
    });
    expect(await tokenFor(contoso, scope)).toBe(`${contoso} ${scope}`);
    expect(await tokenFor(contoso, 'https://manage.office.com/.default')).toBe(
      `${contoso} https://manage.office.com/.default`,
    );
    expect(await tokenFor(fabrikam, scope)).toBe(`${fabrikam} ${scope}`);
    expect(made).toEqual([`${contoso} ${authority}`, `${fabrikam} ${authority}`]);
  });

  test('is not waited for without end: a silent authority is tried again later', async () => {
    const signals: unknown[] = [];
    const tokenFor = createTokenFor(
      withSecret,
      authority,
      () => ({
        getToken: (_scope, options) => {
          signals.push(options?.abortSignal);
          return new Promise(() => undefined);
        },
      }),
      20,
    );
    expect(await readToken(tokenFor, contoso, scope)).toEqual({
      kind: 'later',
      reason: 'no token came within 0.02 s',
    });
    expect(signals).toEqual([expect.objectContaining({ aborted: true })]);
  });

  test('whose library cannot be loaded says so, and is tried again', async () => {
    let tries = 0;
    const tokenFor = createTokenFor(withSecret, authority, () => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new CredentialNotLoaded('@azure/identity could not be loaded: disk full'))
        : { getToken: () => Promise.resolve({ token: 'token', expiresOnTimestamp: 0 }) };
    });
    const [first, beside] = await Promise.all([
      readToken(tokenFor, contoso, scope),
      readToken(tokenFor, contoso, scope),
    ]);
    const reason = 'no token: @azure/identity could not be loaded: disk full';
    expect([first, beside]).toEqual([
      { kind: 'later', reason },
      { kind: 'later', reason },
    ]);
    expect(await readToken(tokenFor, contoso, scope)).toEqual({ kind: 'read', value: 'token' });
    expect(tries).toBe(2);
    expect(isStorageFailure(new CredentialNotLoaded('x'))).toBe(true);
  });

  test('that the credential does not give is an error', async () => {
    const tokenFor = createTokenFor(withSecret, authority, () => ({ getToken: () => Promise.resolve(null) }));
    await expect(tokenFor(contoso, scope)).rejects.toThrow('no token');
  });
});

test.each([
  ['https://login.microsoftonline.com', 'api://AzureADTokenExchange'],
  ['https://login.microsoftonline.us', 'api://AzureADTokenExchangeUSGov'],
  ['https://login.partner.microsoftonline.cn', 'api://AzureADTokenExchangeChina'],
])('the identity is exchanged for the audience of its own cloud: %s', (host, audience) => {
  expect(exchangeAudience(host)).toBe(audience);
});

describe('a credential', () => {
  test.each([
    ['managed-identity', { kind: 'managed-identity' }, ManagedIdentityCredential],
    [
      'managed-identity of a user',
      { kind: 'managed-identity', clientId: application },
      ManagedIdentityCredential,
    ],
    ['federated', { kind: 'federated', clientId: application }, ClientAssertionCredential],
    [
      'federated by an identity of its own',
      { kind: 'federated', clientId: application, identityClientId: fabrikam },
      ClientAssertionCredential,
    ],
    ['client-secret', withSecret, ClientSecretCredential],
  ] as const)('is made without a call: %s', (_, settings, expected) => {
    expect(credentialFor(settings, contoso, authority)).toBeInstanceOf(expected);
  });
});

describe('why there is no token', () => {
  const failing = (error: Error): Promise<ReadOutcome<string>> =>
    readToken(() => Promise.reject(error), contoso, scope);

  test('is the code of the authority where it decided', async () => {
    const error = new Error(
      'invalid_client: 7000215 - AADSTS7000215: Invalid client secret very-secret provided.',
    );
    expect(await failing(error)).toEqual({
      kind: 'refused',
      reason: 'no token: the client secret is wrong (AADSTS7000215)',
      code: 'AADSTS7000215',
    });
  });

  test.each([
    ['AADSTS700016', 'consent was withdrawn or never given, or the application was removed'],
    ['AADSTS7000229', 'consent was withdrawn or never given, or the application was removed'],
    ['AADSTS7000112', 'the application is switched off in the tenant'],
    ['AADSTS700213', 'the application does not trust the managed identity'],
    ['AADSTS99999', 'the authority refused'],
  ])('is in words: %s', async (code, words) => {
    const outcome = await failing(new Error(`${code}: Application with identifier 'x' was not found.`));
    expect(outcome).toMatchObject({ kind: 'refused', code, reason: expect.stringContaining(words) });
    expect(JSON.stringify(outcome)).not.toContain('identifier');
  });

  test('is that a managed identity has rights in its own tenant only', async () => {
    const token = (tid: string): string =>
      `e30.${Buffer.from(JSON.stringify({ tid })).toString('base64url')}.c2ln`;
    const tokenFor = createTokenFor({ kind: 'managed-identity' }, authority, () => ({
      getToken: () => Promise.resolve({ token: token(contoso), expiresOnTimestamp: 0 }),
    }));
    expect(await readToken(tokenFor, contoso, scope)).toEqual({ kind: 'read', value: token(contoso) });
    expect(await readToken(tokenFor, fabrikam, scope)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('GRACEWATCH_CREDENTIAL=federated'),
    });
  });

  test('is to be tried again for anything else', async () => {
    const error = new Error('connect ECONNREFUSED very-secret');
    expect(await failing(error)).toEqual({ kind: 'later', reason: 'no token could be fetched' });
  });
});
