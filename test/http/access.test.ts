import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessGrant } from '../../shared/config-access.ts';
import { accessOf } from '../../shared/http/access.ts';
import type { Principal } from '../../shared/http/principal.ts';

const ada: Principal = { id: 'ada', name: 'Ada', groups: ['helpdesk'], groupsLeftOut: false, roles: [] };
const contoso = 'contoso';
const fabrikam = 'fabrikam';

/** Of Contoso and of Fabrikam: `-`, `reader` or `operator`. */
function mayOf(grants: readonly AccessGrant[], principal: Partial<Principal> = {}): string[] {
  const access = accessOf({ ...ada, ...principal }, grants);
  return [contoso, fabrikam].map((id) =>
    access.mayAct(id) && access.mayRead(id) ? 'operator' : access.mayRead(id) ? 'reader' : '-',
  );
}

describe('who may what', () => {
  test.each<[string, AccessGrant[], Partial<Principal>, string[]]>([
    ['nobody names him', [], {}, ['-', '-']],
    ['somebody else is named', [{ principal: 'bob', role: 'operator' }], {}, ['-', '-']],
    ['he is named for all tenants', [{ principal: 'ada', role: 'reader' }], {}, ['reader', 'reader']],
    [
      'he is named for one',
      [{ principal: 'ada', role: 'operator', tenants: [contoso] }],
      {},
      ['operator', '-'],
    ],
    ['his group is named', [{ principal: 'helpdesk', role: 'reader' }], {}, ['reader', 'reader']],
    [
      'his groups are left out',
      [{ principal: 'helpdesk', role: 'reader' }],
      { groups: [], groupsLeftOut: true },
      ['-', '-'],
    ],
    ['he has the app role', [], { roles: ['operator'] }, ['operator', 'operator']],
    ['he has an app role of another app', [], { roles: ['Operator', 'admin'] }, ['-', '-']],
    ['an app role is no principal of the list', [{ principal: 'reader', role: 'reader' }], {}, ['-', '-']],
    [
      'of several the one that opens more counts, for each tenant',
      [
        { principal: 'helpdesk', role: 'reader' },
        { principal: 'ada', role: 'operator', tenants: [fabrikam] },
      ],
      {},
      ['reader', 'operator'],
    ],
    [
      'a grant for one tenant takes nothing from an app role',
      [{ principal: 'ada', role: 'reader', tenants: [contoso] }],
      { roles: ['operator'] },
      ['operator', 'operator'],
    ],
  ])('%s', (_, grants, principal, expected) => {
    expect(mayOf(grants, principal)).toEqual(expected);
  });

  test('law: a further grant never takes anything away, and who may act may read', () => {
    const grant = fc.record(
      {
        principal: fc.constantFrom('ada', 'bob', 'helpdesk'),
        role: fc.constantFrom('reader' as const, 'operator' as const),
        tenants: fc.subarray([contoso, fabrikam], { minLength: 1 }),
      },
      { requiredKeys: ['principal', 'role'] },
    );
    fc.assert(
      fc.property(fc.array(grant), grant, (grants, more) => {
        for (const id of [contoso, fabrikam]) {
          const [before, after] = [accessOf(ada, grants), accessOf(ada, [...grants, more])];
          expect(after.mayRead(id) || !before.mayRead(id)).toBe(true);
          expect(after.mayAct(id) || !before.mayAct(id)).toBe(true);
          expect(after.mayRead(id) || !after.mayAct(id)).toBe(true);
          expect(after.readsAny || !after.mayRead(id)).toBe(true);
          expect(after.actsAny || !after.mayAct(id)).toBe(true);
        }
      }),
    );
  });
});
