import { expect, test } from '@jest/globals';
import { CannotStart } from '../../../dev/start/cannot-start.ts';
import { manyTenants } from '../../../dev/tenant/many-tenants.ts';
import { help, readTenantOptions } from '../../../dev/tenant/options.ts';

test('without options there is Contoso alone, on the usual port', () => {
  expect(readTenantOptions([])).toEqual({
    port: 7080,
    tenants: 1,
    productUrl: 'http://127.0.0.1:7071',
    story: false,
    help: false,
  });
});

test('what is given counts', () => {
  const given = ['--port', '8000', '--tenants', '500', '--product-url', 'http://127.0.0.1:8001', '--story'];
  expect(readTenantOptions(given)).toEqual({
    port: 8000,
    tenants: 500,
    productUrl: 'http://127.0.0.1:8001',
    story: true,
    help: false,
  });
});

test.each([
  [['--port', '0']],
  [['--tenants', '0']],
  [['--tenants', '1e3']],
  [['--tenant', '2']],
  [['contoso']],
])('%j is refused with a line for a person', (args) => {
  expect(() => readTenantOptions(args)).toThrow(CannotStart);
});

test('the help says what can be done to a tenant while it runs', () => {
  expect(help).toContain('POST /control/tenant ');
});

test('a service provider has as many tenants as he likes, each another one and the same at every start', () => {
  const tenants = manyTenants(500);
  expect(tenants[0]).toMatchObject({ name: 'Contoso' });
  expect(new Set(tenants.map(({ id }) => id)).size).toBe(500);
  expect(new Set(tenants.map(({ domain }) => domain)).size).toBe(500);
  expect(manyTenants(3)).toEqual(tenants.slice(0, 3));
});
