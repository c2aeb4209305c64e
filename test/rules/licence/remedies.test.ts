import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../../builders/evaluated.ts';
import { rule } from '../../../shared/rules/licence/licence-lost.rule.ts';
import { explainedLosses } from '../../../shared/rules/licence/remedies.ts';
import type { Fact, Timeline } from '../../../shared/timeline/fact.ts';
import {
  admin,
  at,
  covered,
  groupLicensing,
  licence,
  licencesChanged,
  removedFromGroup,
  timelineOf,
  userId,
} from '../../builders/fact.ts';

const e3 = licence('ENTERPRISEPACK');
const ems = licence('EMS');
const visio = licence('VISIOCLIENT');
const project = licence('PROJECTPREMIUM');
const sales = { id: '44444444-4444-4444-8444-444444444444', name: 'Sales' };
const sam = { kind: 'user', name: 'sam@contoso.com' } as const;

function runbookOf(facts: Fact[], rest: Partial<Timeline> = {}): string[] {
  const [found] = findingsOf(rule, rule.settings.parse({}), timelineOf(facts, rest), covered, at(48));
  return found?.firing?.runbook ?? [];
}

describe('several losses', () => {
  test('that went the same way come back together', () => {
    const [, mend = ''] = runbookOf([
      licencesChanged(at(1), [e3, visio], [visio]),
      licencesChanged(at(2), [visio], [], { actor: sam }),
    ]);
    expect(mend).toContain(`@(@{SkuId = '${e3.skuId}'}, @{SkuId = '${visio.skuId}'})`);
    expect(mend).not.toContain('another way');
  });

  test('that went in two ways come back in two, the one that matters most first', () => {
    const [first = '', mend = '', check = '', ...more] = runbookOf([
      removedFromGroup(at(1), sales),
      licencesChanged(at(1.1), [e3, visio], [visio], { actor: groupLicensing }),
      licencesChanged(at(5), [visio], [], { actor: sam }),
    ]);
    expect(more).toEqual([]);
    expect(first).toMatch(/^Ask admin@contoso\.com whether it was meant/);
    expect(mend).toMatch(/put the user back into the group "Sales".* went another way\. .*Set-MgUserLicense/);
    expect(mend).toContain(`@(@{SkuId = '${visio.skuId}'})`);
    expect(mend).not.toContain(`@{SkuId = '${e3.skuId}'}`);
    expect(check).toMatch(/^After 15 minutes/);
  });

  test('many of them stay a step that can be read', () => {
    const held = [e3, ems, visio, project];
    const products = ['MCOEV', 'Microsoft_365_Copilot', 'POWER_BI_PRO', 'MCOMEETADV'].map((name) =>
      licence(name),
    );
    const all = [...held, ...products];
    const facts = all.map((gone, index) =>
      licencesChanged(at(index + 1), all.slice(index), all.slice(index + 1), {
        actor: { kind: 'user', name: `${gone.name}@contoso.com` },
      }),
    );
    const steps = runbookOf(facts);
    expect(steps).toHaveLength(3);
    expect(steps[1]).toContain('For 4 earlier losses see the history of the user.');
  });
});

test('a group gets back what it gave before it was edited', () => {
  const withoutTeams = licence('ENTERPRISEPACK', 'TEAMS1');
  const edit: Fact = {
    kind: 'group-licences-changed',
    at: at(1),
    logs: ['entra'],
    records: ['edit'],
    complete: true,
    actor: admin,
    group: sales,
    before: [withoutTeams, ems],
    after: [ems],
  };
  const member: Fact = { ...removedFromGroup(at(0), sales), change: 'added' };
  const mend = runbookOf([member, licencesChanged(at(1.1), [e3], [], { actor: groupLicensing })], {
    groupFacts: [edit],
  })[1];
  const [teams] = withoutTeams.disabledPlans;
  expect(mend).toContain(
    `-BodyParameter @{AddLicenses = @(@{SkuId = '${e3.skuId}'; DisabledPlans = @('${teams?.id ?? ''}')}); RemoveLicenses = @()}`,
  );
});

describe('the causes of a user', () => {
  test('say what to do about each loss of which something is missing, and about that alone', () => {
    const timeline = timelineOf([
      licencesChanged(at(1), [e3, visio], [visio]),
      licencesChanged(at(2), [visio], [visio, e3]),
      licencesChanged(at(3), [visio, e3], [e3], { actor: sam }),
    ]);
    const causes = explainedLosses(timeline, covered, at(48));
    expect(causes.map(({ kind, remedy }) => [kind, remedy?.length])).toEqual([
      ['removed-directly', undefined],
      ['removed-directly', 3],
    ]);
    expect(causes[1]?.remedy?.[1]).toContain(`Set-MgUserLicense -UserId '${userId}'`);
  });

  test('of a user without a loss say nothing that is not needed', () => {
    expect(explainedLosses(timelineOf([]), covered, at(48))[0]).not.toHaveProperty('remedy');
  });
});
