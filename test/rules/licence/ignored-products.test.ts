import { describe, expect, test } from '@jest/globals';
import { rules } from '#rules';
import { ruleSettings } from '../../../shared/evaluate/rule-set.ts';
import type { Finding } from '../../../shared/evaluate/finding.ts';
import { rule as assignmentFailed } from '../../../shared/rules/licence/licence-assignment-failed.rule.ts';
import { rule as licenceLost } from '../../../shared/rules/licence/licence-lost.rule.ts';
import type { Rule } from '../../../shared/rules/rule.ts';
import type { Fact } from '../../../shared/timeline/fact.ts';
import { findingsOf, silenceOf } from '../../builders/evaluated.ts';
import {
  account,
  assignmentFailed as failed,
  at,
  covered,
  licence,
  licencesChanged,
  tenantId,
  timelineOf,
} from '../../builders/fact.ts';
import { timelineView } from '../../builders/views.ts';

/** Products that nobody misses, as the administrator of a tenant sees them. */

const e3 = licence('ENTERPRISEPACK');
const visio = licence('VISIOCLIENT');
const flow = licence('FLOW_FREE');
const fabric = licence('POWER_BI_STANDARD');
const asked = (rule: Rule, facts: Fact[], settings: object = {}): Finding[] =>
  findingsOf(rule, rule.settings.parse(settings), timelineOf(facts), covered, at(48));
const lost = (facts: Fact[], settings: object = {}): Finding | undefined =>
  asked(licenceLost, facts, settings)[0];
const told = { ignoredProducts: [] };

test('every rule of licences can leave products out, and leaves out the free ones', () => {
  const ofLicences = rules.filter(({ id }) => id.startsWith('licence/'));
  expect(ofLicences.length).toBeGreaterThan(1);
  for (const { settings } of ofLicences) {
    expect(settings.parse({})).toMatchObject({
      ignoredProducts: expect.arrayContaining(['FLOW_FREE']) as unknown,
    });
  }
});

describe('a free product that is lost', () => {
  test('alone raises nothing, and the reason says why', () => {
    const facts = [licencesChanged(at(1), [e3, flow], [e3])];
    expect(lost(facts)?.state).not.toBe('firing');
    expect(
      silenceOf(licenceLost, licenceLost.settings.parse({}), timelineOf(facts), covered, at(48)),
    ).toEqual(['the user has everything that was ever taken away and that the settings do not leave out']);
    expect(lost([licencesChanged(at(1), [flow], [])])?.state).not.toBe('firing');
  });

  test('beside a real one is not named as lost: neither in words nor to programs', () => {
    const found = lost([licencesChanged(at(1), [e3, flow, fabric], [fabric])]);
    expect(found).toMatchObject({
      severity: 'high',
      firing: {
        title: 'adele@contoso.com lost Office 365 E3',
        extent: [e3.skuId],
        facts: { products: ['Office 365 E3'] },
        cause: { text: expect.stringMatching(/^Office 365 E3 was removed/) as unknown },
      },
    });
    expect(found?.firing?.summary).not.toMatch(/Power Automate/);
    expect(found?.firing?.runbook.join()).not.toMatch(/Power Automate|f30db892/);
  });

  test('and still held is said to be left: that no licence is left would be false', () => {
    const found = lost([licencesChanged(at(1), [e3, flow], [flow])]);
    expect(found?.firing?.summary).toContain('Left: Microsoft Power Automate Free.');
    expect(found?.firing?.summary).not.toContain('No licence is left');
  });

  test('is not the last licence: who keeps only free ones has lost his last', () => {
    expect(lost([licencesChanged(at(1), [visio, flow], [flow])])).toMatchObject({ severity: 'high' });
    expect(lost([licencesChanged(at(1), [visio, flow, e3], [flow, e3])])).toMatchObject({
      severity: 'medium',
    });
  });

  test('does not turn an earlier loss into off-boarding when the account is deleted', () => {
    const facts = [
      licencesChanged(at(1), [e3, flow], [flow]),
      licencesChanged(at(40), [flow], []),
      account('user-deleted', at(41)),
    ];
    expect(lost(facts)).toMatchObject({ state: 'clear', severity: 'high' });
  });
});

test('what is forgotten of a long history changes nothing of it', () => {
  const facts = [
    licencesChanged(at(1), [e3, visio, flow], [visio, flow]),
    licencesChanged(at(20), [visio, flow], [visio]),
    account('user-deleted', at(24)),
  ];
  const settings = licenceLost.settings.parse({});
  const input = { subject: { kind: 'user' as const, id: 'a', name: 'a' }, settings, now: at(27) };
  const views = (known: readonly Fact[]) => ({ timeline: timelineView([...known]) });
  const all = { ...input, views: views(facts) } as never;
  const kept = licenceLost.keeps?.(all) ?? [];
  expect(licenceLost.evaluate({ ...input, views: views(kept) } as never)).toEqual(licenceLost.evaluate(all));
});

describe('with the setting emptied', () => {
  test('losses of only free products are low: for the digest, no card', () => {
    for (const after of [[e3], []]) {
      const found = lost([licencesChanged(at(1), [...after, flow, fabric], after)], told);
      expect(found).toMatchObject({
        state: 'firing',
        severity: 'low',
        firing: { extent: [fabric.skuId, flow.skuId].sort() },
      });
      expect(found?.firing).not.toHaveProperty('due');
    }
  });

  test('a real loss beside them is as serious as ever, and it is the one that is explained', () => {
    const facts = [
      licencesChanged(at(1), [visio, flow, fabric], [flow, fabric]),
      licencesChanged(at(2), [flow, fabric], []),
    ];
    expect(lost(facts, told)).toMatchObject({ severity: 'high', firing: { cause: { at: at(1) } } });
  });

  test('another product is left out by either of its names', () => {
    const facts = [licencesChanged(at(1), [e3, visio], [e3])];
    for (const name of ['visioclient', visio.skuId.toUpperCase()]) {
      expect(lost(facts, { ignoredProducts: [name] })?.state).not.toBe('firing');
    }
  });
});

describe('an assignment that failed', () => {
  test('of a free product raises nothing, emptied it is low, and a real one is as high as ever', () => {
    expect(asked(assignmentFailed, [failed(at(1), flow)]).filter(({ state }) => state === 'firing')).toEqual(
      [],
    );
    expect(asked(assignmentFailed, [failed(at(1), flow)], told)[0]).toMatchObject({
      state: 'firing',
      severity: 'low',
    });
    expect(asked(assignmentFailed, [failed(at(1), e3)])[0]).toMatchObject({
      state: 'firing',
      severity: 'high',
    });
    expect(asked(assignmentFailed, [failed(at(1), undefined)])[0]).toMatchObject({
      state: 'firing',
      severity: 'high',
    });
  });
});

describe('a product that nobody knows', () => {
  test('in the settings is a warning with its place and without its text', () => {
    const { warnings } = ruleSettings(rules, {
      'licence/licence-lost': { ignoredProducts: ['FLOW_FREE', 'hunter2'] },
      tenants: { [tenantId]: { 'licence/licence-assignment-failed': { ignoredProducts: ['hunter2'] } } },
    });
    expect(warnings.toSorted().reverse()).toEqual([
      'unknown product in licence/licence-lost.ignoredProducts.1',
      `tenants.${tenantId}: unknown product in licence/licence-assignment-failed.ignoredProducts.0`,
    ]);
    expect(() => ruleSettings(rules, { 'licence/licence-lost': { ignoredProducts: 'FLOW_FREE' } })).toThrow(
      /^GRACEWATCH_RULES: licence\/licence-lost: ignoredProducts: /,
    );
  });
});
