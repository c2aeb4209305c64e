import { describe, expect, test } from '@jest/globals';
import { evaluated, findingsOf } from '../../builders/evaluated.ts';
import type { Finding } from '../../../shared/evaluate/finding.ts';
import { rule } from '../../../shared/rules/licence/licence-lost.rule.ts';
import type { Fact, Timeline } from '../../../shared/timeline/fact.ts';
import {
  account,
  admin,
  at,
  covered,
  groupLicensing,
  licence,
  licencesChanged,
  mailboxConverted,
  removedFromGroup,
  timelineOf,
  userId,
} from '../../builders/fact.ts';
import { timelineView } from '../../builders/views.ts';
import { holdsSamples } from '../rule-contract.ts';
import { holdsLicenceContract } from './licence-contract.ts';

const e3 = licence('ENTERPRISEPACK');
const e5 = licence('ENTERPRISEPREMIUM');
const ems = licence('EMS');
const visio = licence('VISIOCLIENT');
const exchange1 = licence('EXCHANGESTANDARD');
const mailboxPlan = 'efb87545-963c-4e0d-99df-69c6916d9eb0';

holdsSamples(rule, {
  firing: { views: { timeline: timelineView([licencesChanged(at(9), [e3, visio], [visio])]) }, now: at(10) },
  silent: { views: { timeline: timelineView([licencesChanged(at(9), [e3], [e5])]) }, now: at(10) },
});
holdsLicenceContract(rule);

function evaluate(
  facts: Fact[],
  { now = at(48), settings = {}, ...rest }: { now?: string; settings?: unknown } & Partial<Timeline> = {},
): Finding | undefined {
  const found = findingsOf(rule, rule.settings.parse(settings), timelineOf(facts, rest), covered, now);
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0];
}

describe('a licence that somebody took away', () => {
  test('is one alert with what went, who did it, what is left and until when the mailbox can be saved', () => {
    const found = evaluate([
      licencesChanged(at(9), [e3, visio], [visio], { via: 'Microsoft 365 admin center' }),
    ]);
    expect(found).toMatchObject({
      state: 'firing',
      episode: 1,
      severity: 'high',
      qualifiers: {},
      openedAt: at(9),
      firing: {
        title: 'adele@contoso.com lost Office 365 E3',
        happenedAt: at(9),
        due: at(9 + 30 * 24),
        actor: admin,
        via: 'Microsoft 365 admin center',
        cause: { kind: 'removed-directly', actor: admin },
        extent: [e3.skuId],
        facts: { products: ['Office 365 E3'], plans: [], before: [e3, visio], after: [visio] },
        evidence: [{ record: `record-${at(9)}` }],
      },
    });
    expect(found?.firing?.facts['families']).toEqual(
      expect.arrayContaining(['Exchange mailbox', 'Teams', 'SharePoint', 'Office apps']),
    );
    expect(found?.firing?.summary).toContain('Left: Visio');
    expect(found?.firing?.summary).toContain('5 March 2026 09:00 UTC');
    expect(found?.firing?.runbook.join('\n')).toContain(
      `Set-MgUserLicense -UserId '${userId}' -AddLicenses @(@{SkuId = '${e3.skuId}'}) -RemoveLicenses @()`,
    );
  });

  test('is over when it is back', () => {
    expect(evaluate([licencesChanged(at(1), [e3], []), licencesChanged(at(5), [], [e3])])).toMatchObject({
      state: 'clear',
      episode: 1,
      openedAt: at(1),
      resolvedAt: at(5),
    });
  });

  test('is not over when only a part of it is back, and gets worse when more goes', () => {
    const facts = [
      licencesChanged(at(1), [e3, visio, ems], [ems]),
      licencesChanged(at(2), [ems], [ems, visio]),
    ];
    expect(evaluate(facts)).toMatchObject({ state: 'firing', episode: 1, firing: { extent: [e3.skuId] } });
    const more = [...facts, licencesChanged(at(3), [ems, visio], [visio])];
    const found = evaluate(more);
    expect(found?.firing?.extent).toEqual([e3.skuId, ems.skuId].sort());
    expect(found).toMatchObject({ episode: 1, firing: { happenedAt: at(1) } });
  });

  test('explains the loss that matters most, and blames nobody for what another took', () => {
    const sam = { kind: 'user', name: 'sam@contoso.com' } as const;
    const kim = { kind: 'user', name: 'kim@contoso.com' } as const;
    const facts = [
      licencesChanged(at(1), [e3, visio, ems], [visio, ems]),
      licencesChanged(at(2), [visio, ems], [ems], { actor: sam }),
    ];
    const found = evaluate(facts)?.firing;
    expect(found).toMatchObject({ actor: admin, cause: { actor: admin, at: at(1) } });
    expect(found?.summary).toContain(
      `The cause is told of Office 365 E3; ${visio.name} went on 3 February 2026 02:00 UTC by sam@contoso.com.`,
    );
    expect(found?.facts['losses']).toEqual([
      { products: ['Office 365 E3'], at: at(1), actor: admin },
      { products: [visio.name], at: at(2), actor: sam },
    ]);
    const last = [...facts, licencesChanged(at(3), [ems], [], { actor: kim })];
    expect(evaluate(last)?.firing?.actor).toEqual(admin);
    const mailboxBack = [...last, licencesChanged(at(4), [], [e3])];
    expect(evaluate(mailboxBack)?.firing?.actor).toEqual(kim);
    const onlyVisio = [...mailboxBack, licencesChanged(at(5), [e3], [e3, ems])];
    expect(evaluate(onlyVisio)?.firing?.actor).toEqual(sam);
    expect(evaluate(onlyVisio)?.firing?.summary).not.toContain('The cause is told of');
  });

  test('back, while another goes in the same record: the first is over and the other is a second episode', () => {
    const facts = [licencesChanged(at(10), [e3], []), licencesChanged(at(12), [e3, visio], [e3])];
    expect(evaluate(facts)).toMatchObject({
      state: 'firing',
      episode: 2,
      openedAt: at(12),
      firing: { happenedAt: at(12), extent: [visio.skuId] },
    });
  });

  test('of two losses the first is back: what is left is the same episode', () => {
    const facts = [
      licencesChanged(at(1), [e3, visio, ems], [visio, ems]),
      licencesChanged(at(2), [visio, ems], [ems]),
      licencesChanged(at(3), [ems], [ems, e3]),
    ];
    expect(evaluate(facts)).toMatchObject({ state: 'firing', episode: 1, openedAt: at(1) });
  });

  test('has all records of what is missing as evidence', () => {
    const facts = [licencesChanged(at(1), [e3, visio], [visio]), licencesChanged(at(2), [visio], [])];
    expect(evaluate(facts)?.firing?.evidence).toMatchObject([
      { record: `record-${at(1)}` },
      { record: `record-${at(2)}` },
    ]);
  });

  test('back and gone again is a second episode', () => {
    const facts = [
      licencesChanged(at(1), [e3], []),
      licencesChanged(at(2), [], [e3]),
      licencesChanged(at(3), [e3], []),
    ];
    expect(evaluate(facts)).toMatchObject({ state: 'firing', episode: 2, openedAt: at(3) });
  });

  test('by group licensing names who took the user out of the group, and puts him back there', () => {
    const sales = { id: '44444444-4444-4444-8444-444444444444', name: 'Sales' };
    const facts = [
      removedFromGroup(at(1), sales),
      licencesChanged(at(1.1), [e3], [], { actor: groupLicensing }),
    ];
    const found = evaluate(facts);
    expect(found?.firing).toMatchObject({
      actor: admin,
      cause: { kind: 'removed-from-group', group: sales, actor: admin },
    });
    expect(found?.firing?.runbook.join('\n')).toContain(`New-MgGroupMember -GroupId '${sales.id}'`);
  });

  test("by group licensing alone is pending, and never the service's doing", () => {
    const found = evaluate([licencesChanged(at(1), [e3], [], { actor: groupLicensing })], { now: at(2) });
    expect(found?.firing?.cause).toMatchObject({ kind: 'pending', settledBy: at(25) });
    expect(found?.firing).not.toHaveProperty('actor');
  });
});

describe('how bad a loss is', () => {
  test.each([
    ['the last mailbox plan went', [e3, visio], [visio], 'high'],
    ['the last product went', [visio], [], 'high'],
    ['something else went', [e3, visio], [e3], 'medium'],
    ['a mailbox plan went and another product still gives a mailbox', [e3, exchange1], [exchange1], 'medium'],
  ])('%s', (_, before, after, severity) => {
    expect(evaluate([licencesChanged(at(1), before, after)])?.severity).toBe(severity);
  });

  test('it is low when the account was disabled the day before or after', () => {
    const loss = licencesChanged(at(30), [e3], []);
    expect(evaluate([account('account-disabled', at(7)), loss])?.severity).toBe('low');
    expect(evaluate([loss, account('account-disabled', at(53))], { now: at(60) })?.severity).toBe('low');
    expect(evaluate([account('account-disabled', at(7)), loss])?.firing?.summary).toContain(
      'The account was disabled on ',
    );
    expect(evaluate([account('account-disabled', at(5)), loss])?.firing?.summary).not.toContain('disabled');
    expect(evaluate([account('account-disabled', at(5)), loss])?.severity).toBe('high');
    expect(
      evaluate([account('account-disabled', at(7)), loss], { settings: { offBoardingHours: 2 } })?.severity,
    ).toBe('high');
  });

  test('it is not low when the account was enabled again', () => {
    const facts = [
      account('account-disabled', at(1)),
      account('account-enabled', at(2)),
      licencesChanged(at(3), [e3], []),
    ];
    expect(evaluate(facts)?.severity).toBe('high');
  });

  test('it stays low whatever happens to the account days later', () => {
    const facts = [licencesChanged(at(12), [e3], []), account('account-disabled', at(13))];
    for (const later of ['account-enabled', 'account-disabled'] as const) {
      const all = [...facts, account(later, at(13 + 240))];
      expect(evaluate(all, { now: at(300) })?.severity).toBe('low');
    }
  });

  test('a later clean-up makes an earlier loss neither better nor worse', () => {
    const disabled = account('account-disabled', at(240));
    const meant = [licencesChanged(at(1), [e3, visio], [visio]), disabled];
    const cleanUp = licencesChanged(at(241), [visio], []);
    expect(evaluate([...meant, cleanUp], { now: at(300) })?.severity).toBe('high');
    const left = [account('account-disabled', at(0)), licencesChanged(at(1), [e3, visio], [visio])];
    expect(evaluate([...left, cleanUp], { now: at(300) })?.severity).toBe('low');
    const back = account('account-enabled', at(100));
    expect(evaluate([...left, back, cleanUp], { now: at(300) })?.severity).toBe('high');
  });

  test('a deletion within a day shows that it was off-boarding; the alert is over and low', () => {
    const facts = [licencesChanged(at(1), [e3], []), account('user-deleted', at(5))];
    expect(evaluate(facts)).toMatchObject({
      state: 'clear',
      severity: 'low',
      reason: 'the user was deleted',
    });
    const later = [licencesChanged(at(1), [e3], []), account('user-deleted', at(40))];
    expect(evaluate(later)).toMatchObject({ state: 'clear', severity: 'high' });
  });

  test('a user who was deleted and restored starts afresh', () => {
    const facts = [
      licencesChanged(at(1), [e3], []),
      account('user-deleted', at(2)),
      account('user-restored', at(3)),
    ];
    expect(evaluate(facts)).toMatchObject({ state: 'clear', episode: 1 });
    const again = [...facts, licencesChanged(at(4), [visio], [])];
    expect(evaluate(again)).toMatchObject({ state: 'firing', firing: { extent: [visio.skuId] } });
  });
});

describe('a mailbox that needs no licence', () => {
  const withoutMailbox = licence('ENTERPRISEPACK', 'EXCHANGE_S_ENTERPRISE');

  test('is not missing, however its plan went, and other families still are', () => {
    for (const left of [[], [withoutMailbox]]) {
      const facts = [mailboxConverted(at(0), 'shared'), licencesChanged(at(1), [e3], left)];
      const found = evaluate(facts);
      expect(found).toMatchObject({ severity: 'medium' });
      expect(found?.firing).not.toHaveProperty('due');
      expect(JSON.stringify(found)).not.toMatch(/goes offline|deleted after|without: Exchange mailbox/);
    }
    const all = evaluate([mailboxConverted(at(0), 'shared'), licencesChanged(at(1), [e3], [])]);
    expect(all?.firing?.facts).toMatchObject({
      families: ['Office apps', 'Teams', 'SharePoint'],
      mailbox: { kind: 'shared', since: at(0) },
    });
  });

  test('counts from its conversion on, also after the loss, and no longer when it is a user mailbox again', () => {
    const loss = licencesChanged(at(1), [e3], []);
    expect(evaluate([loss])).toMatchObject({ severity: 'high', firing: { due: at(1 + 30 * 24) } });
    const later = [loss, mailboxConverted(at(2), 'room')];
    const better = evaluate(later);
    expect(better).toMatchObject({ severity: 'medium', episode: 1, openedAt: at(1) });
    expect(better?.firing).not.toHaveProperty('due');
    const back = [...later, mailboxConverted(at(3), 'user')];
    expect(evaluate(back)).toMatchObject({ severity: 'high', firing: { due: at(1 + 30 * 24) } });
  });

  test('says nothing of the mailbox where no mailbox plan went', () => {
    const found = evaluate([mailboxConverted(at(0), 'shared'), licencesChanged(at(1), [e3, visio], [e3])]);
    expect(found?.firing?.summary).not.toMatch(/mailbox/i);
  });
});

describe('a service plan that was switched off', () => {
  const withoutMailbox = licence('ENTERPRISEPACK', 'EXCHANGE_S_ENTERPRISE');
  const withoutSway = licence('ENTERPRISEPACK', 'SWAY');

  test('is named with its product, and the command switches exactly it on again', () => {
    const both = licence('ENTERPRISEPACK', 'SWAY', 'EXCHANGE_S_ENTERPRISE');
    const found = evaluate([licencesChanged(at(1), [withoutSway], [both])]);
    expect(found).toMatchObject({
      severity: 'high',
      firing: {
        title: 'adele@contoso.com lost Exchange Online (Plan 2) (in Office 365 E3)',
        extent: [`${e3.skuId}/${mailboxPlan}`],
        cause: { kind: 'plan-switched-off' },
        facts: { products: [], plans: [{ id: mailboxPlan, product: 'Office 365 E3' }] },
      },
    });
    const [off] = withoutSway.disabledPlans;
    expect(found?.firing?.runbook.join('\n')).toContain(`DisabledPlans = @('${off?.id ?? ''}')}`);
  });

  test('is over when it is on again', () => {
    const facts = [
      licencesChanged(at(1), [e3], [withoutMailbox]),
      licencesChanged(at(2), [withoutMailbox], [e3]),
    ];
    expect(evaluate(facts)).toMatchObject({ state: 'clear', episode: 1 });
  });

  test('is no loss where another product gives the same plan', () => {
    const plan2 = licence('EXCHANGEENTERPRISE');
    const facts = [licencesChanged(at(1), [e3, plan2], [withoutMailbox, plan2])];
    expect(evaluate(facts)).toMatchObject({ state: 'clear', episode: 0 });
  });

  test('stays missing when its product went and came back without it, explained by the going', () => {
    const facts = [licencesChanged(at(1), [e3], []), licencesChanged(at(2), [], [withoutMailbox])];
    expect(evaluate(facts)).toMatchObject({
      state: 'firing',
      episode: 1,
      firing: {
        extent: [`${e3.skuId}/${mailboxPlan}`],
        cause: { kind: 'removed-directly', at: at(1), actor: admin },
      },
    });
  });
});

describe('a move to another product', () => {
  test('in one step is no loss', () => {
    expect(evaluate([licencesChanged(at(1), [e3], [e5])])).toMatchObject({ state: 'clear', episode: 0 });
  });

  test('that assigns first and removes then is no loss', () => {
    const facts = [licencesChanged(at(1), [e3], [e3, e5]), licencesChanged(at(1.5), [e3, e5], [e5])];
    expect(evaluate(facts)).toMatchObject({ state: 'clear', episode: 0 });
  });

  test('that removes first is over as soon as the other product is there', () => {
    const facts = [licencesChanged(at(1), [e3], []), licencesChanged(at(1.5), [], [e5])];
    expect(evaluate(facts)).toMatchObject({ state: 'clear', episode: 1, resolvedAt: at(1.5) });
  });

  test('to a product without a mailbox is a loss that names what is missing', () => {
    const found = evaluate([licencesChanged(at(1), [e3], [ems])]);
    expect(found).toMatchObject({ state: 'firing', severity: 'high' });
    expect(found?.firing?.summary).toContain('Exchange mailbox');
  });

  test('of one product does not hide that another went with it', () => {
    expect(evaluate([licencesChanged(at(1), [e3, visio], [e5])])).toMatchObject({
      state: 'firing',
      severity: 'medium',
      firing: { title: expect.stringContaining('Visio'), extent: [visio.skuId] },
    });
  });

  test('does not heal a mailbox plan that was switched off before', () => {
    const withoutMailbox = licence('ENTERPRISEPACK', 'EXCHANGE_S_ENTERPRISE');
    const withoutMailboxE5 = licence('ENTERPRISEPREMIUM', 'EXCHANGE_S_ENTERPRISE');
    const facts = [
      licencesChanged(at(1), [e3], [withoutMailbox]),
      licencesChanged(at(5), [withoutMailbox], [withoutMailboxE5]),
    ];
    expect(evaluate(facts)).toMatchObject({ state: 'firing', episode: 1 });
    expect(evaluate([...facts, licencesChanged(at(6), [withoutMailboxE5], [e5])])).toMatchObject({
      state: 'clear',
    });
  });
});

describe('what is not known in full', () => {
  test('neither fires nor clears', () => {
    const part = licencesChanged(at(1), [e3], [], { complete: false });
    expect(evaluate([part])).toMatchObject({ state: 'unknown', episode: 0 });
    const back = licencesChanged(at(2), [], [e3], { complete: false });
    expect(evaluate([licencesChanged(at(1), [e3], []), back])).toMatchObject({ state: 'firing', episode: 1 });
  });

  test('gives no finding at all where no licence was ever changed', () => {
    expect(evaluate([account('account-disabled', at(1))])).toBeUndefined();
  });
});

describe('the period of grace of a new account', () => {
  const facts = [account('user-created', at(0)), licencesChanged(at(1), [e3], [])];

  test('is none by default', () => {
    expect(evaluate(facts, { now: at(2) })).toMatchObject({ state: 'firing', openedAt: at(1) });
  });

  test('holds the alert back until it is over, and then only what still misses', () => {
    const settings = { graceHours: 24 };
    expect(evaluate(facts, { now: at(2), settings })).toMatchObject({ state: 'clear', episode: 0 });
    const asked = evaluated(rule, rule.settings.parse(settings), timelineOf(facts), covered, at(2));
    expect(asked.verdicts).toMatchObject([{ kind: 'clear', lookAgainAt: at(24) }]);
    expect(evaluate(facts, { now: at(30), settings })).toMatchObject({ state: 'firing', openedAt: at(24) });
    const healed = [...facts, licencesChanged(at(3), [], [e3])];
    expect(evaluate(healed, { now: at(30), settings })).toMatchObject({ state: 'clear', episode: 0 });
  });
});
