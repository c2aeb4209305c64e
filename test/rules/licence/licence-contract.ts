import { describe, expect, test } from '@jest/globals';
import type { Rule } from '../../../shared/rules/rule.ts';
import type { Fact } from '../../../shared/timeline/fact.ts';
import { account, admin, at, licence, licencesChanged } from '../../builders/fact.ts';
import { timelineView } from '../../builders/views.ts';
import type { Edge } from '../edges.ts';
import { edgeProblems } from '../rule-contract.ts';

/** Assigned there no more (FACTS 5.1). */
const formerPortals = /entra\.microsoft\.com|portal\.azure\.com/;

/** What every rule about licences must bear beyond what every rule must. */
export function holdsLicenceContract(rule: Rule): void {
  describe('a rule about licences', () => {
    test('bears changes of which little is known', () => {
      expect(edgeProblems(rule, licenceEdges())).toEqual([]);
    });

    test('sends nobody to a portal that no longer assigns licences', () => {
      expect(rule.runbook.join('\n')).not.toMatch(formerPortals);
    });
  });
}

function licenceEdges(): Edge[] {
  const e3 = licence('ENTERPRISEPACK');
  const unknown = {
    skuId: 'SOMETHING_NEW',
    name: 'SOMETHING_NEW',
    disabledPlans: [{ id: 'PLAN', name: 'PLAN' }],
  };
  const bare = { at: at(1), logs: [], records: ['record-1'], complete: true };
  const facts: [string, Fact[]][] = [
    ['a change that is not complete', [licencesChanged(at(1), [e3], [], { complete: false })]],
    ['a change without actor', [{ kind: 'licences-changed', ...bare, before: [e3], after: [] }]],
    ['a product that no table knows', [licencesChanged(at(1), [unknown], [])]],
    ['plans that no table knows', [licencesChanged(at(1), [{ ...unknown, disabledPlans: [] }], [unknown])]],
    [
      'an account that comes and goes',
      [
        account('user-created', at(1)),
        licencesChanged(at(2), [e3], []),
        account('user-deleted', at(3)),
        account('user-restored', at(4)),
        account('account-disabled', at(5)),
        account('account-enabled', at(6), { actor: admin }),
      ],
    ],
  ];
  return facts.map(([name, known]) => [name, { timeline: timelineView(known) }]);
}
