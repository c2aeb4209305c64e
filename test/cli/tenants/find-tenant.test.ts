import { describe, expect, test } from '@jest/globals';
import { findTenant } from '../../../cli/tenants/find-tenant.ts';
import { hang, json, loopback, reset, text } from '../../adapters/loopback.ts';

const service = loopback();
const contoso = '11111111-1111-4111-8111-111111111111';
const configuration = (issuer: unknown) => json(200, { issuer, token_endpoint: 'https://x' });
const find = (name: string) => findTenant(service.endpoint, name, 200);

describe('the tenant of a domain', () => {
  test('is the one that issues its tokens', async () => {
    service.reply = configuration(`https://login.microsoftonline.com/${contoso.toUpperCase()}/v2.0`);
    expect(await find('contoso.com')).toEqual({ kind: 'read', value: contoso });
    expect(service.requests).toMatchObject([
      { method: 'GET', url: '/contoso.com/v2.0/.well-known/openid-configuration' },
    ]);
    expect(service.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('is none where the authority knows none', async () => {
    service.reply = json(400, {
      error: 'invalid_tenant',
      error_description: 'AADSTS90002: Tenant not found',
    });
    expect(await find('nobody.example')).toEqual({ kind: 'read', value: undefined });
  });

  test('is not looked for behind a redirect, and nothing but an id is taken for one', async () => {
    service.reply = text(302, '', { location: 'https://elsewhere.example/' });
    expect((await find('contoso.com')).kind).toBe('later');
    for (const issuer of [
      'https://login.microsoftonline.com/{tenantid}/v2.0',
      `https://login.microsoftonline.com/${contoso}/v2.0/x`,
      17,
      undefined,
    ]) {
      service.reply = configuration(issuer);
      expect((await find('contoso.com')).kind).toBe('refused');
    }
  });

  test.each([
    ['no answer', hang],
    ['a broken connection', reset],
    ['an error of the service', json(503, {})],
  ])('is not known after %s: that is not "none"', async (_, reply) => {
    service.reply = reply;
    expect((await find('contoso.com')).kind).toBe('later');
  });
});
