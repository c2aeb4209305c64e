import { describe, expect, test } from '@jest/globals';
import { evaluated, findingsOf } from '../../builders/evaluated.ts';
import type { Finding } from '../../../shared/evaluate/finding.ts';
import { rule } from '../../../shared/rules/licence/licence-assignment-failed.rule.ts';
import type { Fact } from '../../../shared/timeline/fact.ts';
import {
  account,
  admin,
  assignmentFailed,
  at,
  covered,
  groupLicensing,
  licence,
  licencesChanged,
  timelineOf,
  userId,
} from '../../builders/fact.ts';
import { timelineView } from '../../builders/views.ts';
import { holdsSamples } from '../rule-contract.ts';
import { holdsLicenceContract } from './licence-contract.ts';

const e3 = licence('ENTERPRISEPACK');
const visio = licence('VISIOCLIENT');
const ems = licence('EMS');

holdsSamples(rule, {
  firing: { views: { timeline: timelineView([assignmentFailed(at(1), e3)]) }, now: at(2) },
  silent: {
    views: { timeline: timelineView([assignmentFailed(at(1), e3), licencesChanged(at(2), [], [e3])]) },
    now: at(3),
  },
});
holdsLicenceContract(rule);

function evaluate(facts: Fact[], now = at(48), settings: unknown = {}): Finding[] {
  return findingsOf(rule, rule.settings.parse(settings), timelineOf(facts), covered, now);
}

/** Only what ever fired: whether a product is unknown is always judged as well. */
function raised(facts: Fact[], now?: string, settings?: unknown): Finding[] {
  return evaluate(facts, now, settings).filter(({ episode = 0 }) => episode > 0);
}

describe('an assignment that failed', () => {
  test('is one high alert that names product, person, reason and what to do', () => {
    const failure = assignmentFailed(at(9), e3, {
      via: 'Microsoft Graph PowerShell',
      reason: 'CountViolation',
    });
    const [alert, ...others] = raised([failure]);
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      state: 'firing',
      severity: 'high',
      qualifiers: { skuId: e3.skuId },
      openedAt: at(9),
      firing: {
        title: 'adele@contoso.com did not get Office 365 E3: the assignment failed',
        happenedAt: at(9),
        actor: admin,
        via: 'Microsoft Graph PowerShell',
        cause: { kind: 'assignment-failed', at: at(9), actor: admin, confidence: 'certain' },
        facts: { product: 'Office 365 E3', reason: 'CountViolation', lastFailureAt: at(9) },
        evidence: [{ record: `record-${at(9)}` }],
      },
    });
    const steps = alert?.firing?.runbook.join('\n');
    expect(steps).toContain(`Set-MgUserLicense -UserId '${userId}' -AddLicenses @(@{SkuId = '${e3.skuId}'})`);
    expect(steps).toContain('admin.microsoft.com');
  });

  test('is an alert of its own for each product', () => {
    const found = raised([
      assignmentFailed(at(1), e3),
      assignmentFailed(at(1), visio, { records: ['other'] }),
    ]);
    expect(found.map(({ qualifiers }) => qualifiers['skuId']).sort()).toEqual([e3.skuId, visio.skuId].sort());
  });

  test('that is tried again is the same alert, since the first time', () => {
    const tries = [1, 3, 5].map((hour) => assignmentFailed(at(hour), e3));
    const [alert] = raised(tries);
    expect(alert).toMatchObject({
      episode: 1,
      openedAt: at(1),
      firing: {
        happenedAt: at(1),
        summary: expect.stringContaining(
          'failed on 3 February 2026 01:00 UTC, and again since, last on 3 February 2026 05:00 UTC.',
        ),
        facts: { lastFailureAt: at(5) },
        evidence: [{ record: `record-${at(1)}` }, { record: `record-${at(5)}` }],
      },
    });
    expect(alert?.firing?.details).toContainEqual({
      label: 'Failed last',
      value: '3 February 2026 05:00 UTC',
      weight: 1,
    });
  });

  test('is over when the product is there', () => {
    expect(raised([assignmentFailed(at(1), e3), licencesChanged(at(5), [ems], [ems, e3])])).toMatchObject([
      { state: 'clear', reason: 'the product was assigned after all', resolvedAt: at(5) },
    ]);
  });

  test('is not over when another product comes', () => {
    expect(raised([assignmentFailed(at(1), e3), licencesChanged(at(5), [], [ems])])).toMatchObject([
      { state: 'firing', qualifiers: { skuId: e3.skuId } },
    ]);
  });

  test('is not over by a record that has not arrived in full', () => {
    const part = licencesChanged(at(5), [], [e3], { complete: false });
    expect(raised([assignmentFailed(at(1), e3), part])).toMatchObject([{ state: 'firing' }]);
  });

  test('without a product in the record is over when any product comes, and by nothing that goes', () => {
    const failure = assignmentFailed(at(1), undefined);
    expect(raised([failure, licencesChanged(at(2), [ems], [])])).toMatchObject([
      {
        state: 'firing',
        qualifiers: { skuId: 'unknown' },
        firing: { title: expect.stringContaining('a licence') },
      },
    ]);
    expect(raised([failure, licencesChanged(at(2), [ems], [ems, visio])])).toMatchObject([
      { state: 'clear', qualifiers: { skuId: 'unknown' } },
    ]);
  });

  test('whose product is named only later ends the alert about the unknown one', () => {
    const unknown = evaluate([assignmentFailed(at(1), e3)]).find(
      ({ qualifiers }) => qualifiers['skuId'] === 'unknown',
    );
    expect(unknown).toMatchObject({ state: 'clear', episode: 0 });
  });

  test('is over when the user is deleted', () => {
    expect(raised([assignmentFailed(at(1), e3), account('user-deleted', at(2))])).toMatchObject([
      { state: 'clear', reason: 'the user was deleted' },
    ]);
  });

  test('again after the product had come is a second episode, since the second failure', () => {
    const facts = [
      assignmentFailed(at(1), e3),
      licencesChanged(at(2), [], [e3]),
      licencesChanged(at(3), [e3], []),
      assignmentFailed(at(4), e3),
    ];
    expect(raised(facts)).toMatchObject([
      {
        state: 'firing',
        episode: 2,
        openedAt: at(4),
        firing: { happenedAt: at(4), facts: { lastFailureAt: at(4) } },
      },
    ]);
  });

  test('is never blamed on the licensing service', () => {
    const [alert] = raised([assignmentFailed(at(1), e3, { actor: groupLicensing })]);
    expect(alert?.firing).not.toHaveProperty('actor');
  });

  test('that is not told in full is unknown and raises nothing', () => {
    expect(evaluate([assignmentFailed(at(1), e3, { complete: false })])).toEqual([]);
  });
});

describe('the period of grace of a new account', () => {
  const facts = [account('user-created', at(0)), assignmentFailed(at(1), e3)];

  test('is none by default', () => {
    expect(raised(facts, at(2))).toMatchObject([{ state: 'firing', openedAt: at(1) }]);
  });

  test('holds the alert back until it is over', () => {
    const settings = rule.settings.parse({ graceHours: 24 });
    const waiting = evaluated(rule, settings, timelineOf(facts), covered, at(2));
    expect(waiting.findings.map(({ state, episode }) => [state, episode])).toContainEqual(['clear', 0]);
    expect(waiting.verdicts).toContainEqual(expect.objectContaining({ kind: 'clear', lookAgainAt: at(24) }));
    expect(raised(facts, at(30), { graceHours: 24 })).toMatchObject([{ state: 'firing', openedAt: at(24) }]);
  });

  test('leaves no trace where the next try succeeds within it', () => {
    const healed = [...facts, licencesChanged(at(3), [], [e3])];
    expect(raised(healed, at(48), { graceHours: 24 })).toEqual([]);
  });
});

test('a user name that could end a command is quoted in it', () => {
  const hostile = "x'; Remove-MgUser -All; '@contoso.com";
  const timeline = timelineOf([assignmentFailed(at(1), e3)], {
    subject: { kind: 'user', id: hostile, name: hostile },
  });
  const [finding] = findingsOf(rule, rule.settings.parse({}), timeline, covered, at(2));
  expect(finding?.firing?.runbook.join('\n')).toContain(
    "-UserId 'x''; Remove-MgUser -All; ''@contoso.com' -AddLicenses",
  );
});
