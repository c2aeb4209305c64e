import { describe, expect, test } from '@jest/globals';
import { readConfig, type Config, SettingsError } from '../shared/config.ts';

const contoso = '11111111-2222-4333-8444-555555555555';
const fabrikam = '66666666-7777-4888-9999-aaaaaaaaaaaa';
const ada = 'aaaaaaaa-0000-4000-8000-000000000001';

function read(access: unknown, tenants: unknown = [{ id: contoso, name: 'Contoso' }]): Config {
  return readConfig({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    GRACEWATCH_CREDENTIAL: 'managed-identity',
    GRACEWATCH_TENANTS: typeof tenants === 'string' ? tenants : JSON.stringify(tenants),
    GRACEWATCH_ACCESS: typeof access === 'string' ? access : JSON.stringify(access),
  });
}

function complaint(access: unknown): string {
  try {
    read(access);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

describe('GRACEWATCH_ACCESS', () => {
  test.each(['', '[]'])('%j lets nobody in', (value) => {
    expect(read(value).access).toEqual([]);
  });

  test('names people and groups, for all tenants or for some, whatever the case', () => {
    const { access, warnings } = read([
      { principal: ada.toUpperCase(), role: 'operator' },
      { principal: ada, role: 'reader', tenants: [contoso.toUpperCase()] },
    ]);
    expect(access).toEqual([
      { principal: ada, role: 'operator' },
      { principal: ada, role: 'reader', tenants: [contoso] },
    ]);
    expect(warnings).toEqual([]);
  });

  test('may say what the app roles are anyhow', () => {
    expect(read([{ principal: 'reader', role: 'reader' }]).access).toEqual([]);
    expect(read([{ principal: 'Operator', role: 'operator' }]).access).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['no JSON', '[{', 'GRACEWATCH_ACCESS: must be a JSON list of {"principal"'],
    ['no list', { principal: ada, role: 'reader' }, 'GRACEWATCH_ACCESS: must be a JSON list of {"principal"'],
    [
      'a mail address',
      [{ principal: 'ada@contoso.com', role: 'reader' }],
      '0.principal: must be the object id',
    ],
    ['a name', [{ principal: 'Help desk', role: 'reader' }], '0.principal: must be the object id'],
    ['an unknown role', [{ principal: ada, role: 'admin' }], '0.role: must be reader or operator'],
    ['no role', [{ principal: ada }], '0.role: must be reader or operator'],
    ['a field that nobody reads', [{ principal: ada, role: 'reader', tenant: contoso }], 'tenant'],
    ['no tenants', [{ principal: ada, role: 'reader', tenants: [] }], 'leave tenants out for all of them'],
    [
      'a tenant by its domain',
      [{ principal: ada, role: 'reader', tenants: ['contoso.com'] }],
      'must be a tenant id',
    ],
    [
      'an app role for one tenant',
      [{ principal: 'reader', role: 'reader', tenants: [contoso] }],
      'GRACEWATCH_ACCESS (entry 1): the app role reader is the role reader for all tenants',
    ],
    [
      'an app role that is to be more than it is',
      [
        { principal: ada, role: 'reader' },
        { principal: 'reader', role: 'operator' },
      ],
      'GRACEWATCH_ACCESS (entry 2): the app role reader is the role reader for all tenants',
    ],
  ])('%s is refused, and told', (_, access, message) => {
    expect(complaint(access)).toContain(message);
  });

  test('what is right in form and opens nothing is a warning', () => {
    const access = [
      { principal: 'helpdesk', role: 'reader' },
      { principal: ada, role: 'reader', tenants: [fabrikam] },
    ];
    expect(read(access).warnings).toEqual([
      'GRACEWATCH_ACCESS (entry 1) names a principal that is no object id',
      `GRACEWATCH_ACCESS (entry 2) names tenant ${fabrikam}, which GRACEWATCH_TENANTS does not`,
    ]);
    // Of a table nobody knows it here.
    expect(read(access, 'table').warnings).toHaveLength(1);
  });
});
