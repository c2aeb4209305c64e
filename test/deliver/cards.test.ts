import { describe, expect, test } from '@jest/globals';
import * as adaptivecards from 'adaptivecards';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { alertCard } from '../../shared/deliver/card.ts';
import type { CardSetting } from '../../shared/deliver/card-setting.ts';
import { digestCard } from '../../shared/deliver/digest-card.ts';
import { groupedCard } from '../../shared/deliver/grouped-card.ts';
import { lineOf } from '../../shared/deliver/grouping.ts';
import {
  type ChannelMessage,
  fittingMessage,
  largestMessageBytes,
  messageBytes,
} from '../../shared/deliver/message.ts';
import type { Telling } from '../../shared/deliver/telling.ts';
import { expectGolden } from '../builders/golden-file.ts';
import { contoso, storedAlert } from '../builders/stored-alert.ts';

const setting: CardSetting = {
  timeZone: 'Europe/Berlin',
  publicUrl: 'https://gracewatch.contoso.com',
  tenantName: (tenantId) => (tenantId === contoso ? 'Contoso' : tenantId),
};
const posted = (alert: StoredAlert, telling: Telling): ChannelMessage =>
  fittingMessage((detail) => alertCard(alert, telling, setting, detail));

const admin = { kind: 'user', id: 'admin-id', name: 'admin@contoso.com', ip: '192.0.2.10' } as const;
const evidence = [{ record: 'record-1', log: 'entra', at: '2026-02-03T09:15:00.000Z' }] as const;
const removed = storedAlert({
  actor: admin,
  cause: {
    kind: 'removed-directly',
    at: '2026-02-03T09:15:00.000Z',
    actor: admin,
    via: 'Microsoft Graph Command Line Tools',
    evidence: [...evidence],
    confidence: 'certain',
    text: 'admin@contoso.com removed Office 365 E3 on 3 February 2026 at 09:15 UTC, with Microsoft Graph Command Line Tools. It was not moved to another licence.',
  },
  due: '2026-03-05T09:15:00.000Z',
});
const failed = (user: string, minute: number): StoredAlert =>
  storedAlert({
    id: user.padEnd(64, '0'),
    rule: 'licence/licence-assignment-failed',
    subject: { kind: 'user', id: `id-of-${user}`, name: `${user}@contoso.com` },
    title: `Assigning Office 365 E3 to ${user}@contoso.com failed`,
    summary: `The assignment of Office 365 E3 to ${user}@contoso.com failed, so the user never got it.`,
    happenedAt: `2026-02-03T09:${String(minute).padStart(2, '0')}:00.000Z`,
    facts: { product: 'Office 365 E3', reason: 'CountViolation', via: 'migrate-mailboxes' },
    actor: admin,
    cause: {
      kind: 'assignment-failed',
      actor: admin,
      via: 'migrate-mailboxes',
      evidence: [...evidence],
      confidence: 'certain',
      text: `Nothing was removed: the assignment of Office 365 E3 failed, because no licence was left.`,
    },
    runbook: ['Free or buy a licence of Office 365 E3.', 'Assign it again, and check after 15 minutes.'],
  });

/** Word for word the golden file, within the limit, and read by the Adaptive Cards library without a complaint. */
function expectCard(name: string, message: ChannelMessage): void {
  expectGolden(name, message);
  expect(messageBytes(message)).toBeLessThan(largestMessageBytes);
  const content = message.attachments[0]?.content;
  const card = new adaptivecards.AdaptiveCard();
  const context = new adaptivecards.SerializationContext();
  card.parse(content, context);
  expect(Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index))).toEqual([]);
  expect(card.getItemCount()).toBe(content?.body.length);
  expect(card.validateProperties().validationEvents).toEqual([]);
}

describe('the card of one alert', () => {
  test('licence removed by an administrator', () => {
    expectCard('opened-removed-directly', posted(removed, 'opened'));
  });

  test('licence lost with the group that gave it', () => {
    const group = { id: 'group-id', name: 'Labs_O365_E3_Base' };
    const alert = storedAlert({
      actor: admin,
      facts: {
        products: [],
        plans: [{ id: 'plan-id', name: 'Microsoft Teams', product: 'Office 365 E3' }],
        before: [
          { skuId: 'e3', name: 'Office 365 E3', disabledPlans: [{ id: 'y', name: 'Yammer Enterprise' }] },
        ],
        after: [
          {
            skuId: 'e3',
            name: 'Office 365 E3',
            disabledPlans: [
              { id: 'y', name: 'Yammer Enterprise' },
              { id: 't', name: 'Microsoft Teams' },
            ],
          },
        ],
      },
      severity: 'medium',
      cause: {
        kind: 'removed-from-group',
        at: '2026-02-03T09:15:00.000Z',
        actor: admin,
        group,
        evidence: [...evidence],
        confidence: 'certain',
        text: 'admin@contoso.com took anna.lee@contoso.com out of the group Labs_O365_E3_Base, which gave the licence.',
      },
    });
    expectCard('opened-removed-from-group', posted(alert, 'opened'));
  });

  test('licence lost and nobody knows yet by whom', () => {
    const alert = storedAlert({
      cause: {
        kind: 'pending',
        evidence: [],
        confidence: 'unknown',
        settledBy: '2026-02-04T09:15:00.000Z',
        text: 'Neither log says yet who removed it. The records may still come until 4 February 2026, 09:15 UTC.',
      },
    });
    expectCard('opened-pending', posted(alert, 'opened'));
  });

  test('assignment failed', () => {
    expectCard('opened-assignment-failed', posted(failed('anna.lee', 15), 'opened'));
  });

  test('who did it was learned later', () => {
    expectCard('attributed', posted(removed, 'attributed'));
  });

  test('resolved', () => {
    const alert = { ...removed, status: 'resolved' as const, resolvedAt: '2026-02-03T13:40:00.000Z' };
    expectCard('resolved', posted(alert, 'resolved'));
  });

  test('longest texts: trimmed until it fits, with everything that must be on it', () => {
    const step = 'Read the audit log and ask whether it was meant. '.repeat(40);
    const whole = posted({ ...removed, runbook: Array.from({ length: 8 }, () => step) }, 'opened');
    expect(JSON.stringify(whole)).not.toContain('…');
    const trimmed = posted(
      { ...removed, runbook: Array.from({ length: 12 }, () => `漢${step}`.repeat(2)) },
      'opened',
    );
    expectCard('longest-texts', trimmed);
    expect(JSON.stringify(trimmed)).toContain('…');
  });

  test('hostile names', () => {
    const hostile =
      '**[x](https://evil.example)** <at>Everyone</at> {{DATE(2026-01-01)}}\n# \u202Eanna\u2066 `_*~';
    const alert = storedAlert({
      subject: { kind: 'user', id: 'id', name: hostile },
      title: `${hostile} lost a licence`,
      summary: hostile,
      facts: {
        products: [hostile],
        before: [{ name: hostile, disabledPlans: [{ name: hostile }] }],
        reason: hostile,
      },
      actor: { kind: 'user', name: hostile },
      cause: { kind: 'removed-directly', evidence: [], confidence: 'likely', text: hostile },
      runbook: [hostile],
      tenantId: hostile,
    });
    expectCard('hostile-names', posted(alert, 'opened'));
  });

  test('without facts, cause, actor, runbook and public URL it is still a card', () => {
    const { actor: _actor, cause: _cause, ...bare } = removed;
    const message = fittingMessage((detail) =>
      alertCard(
        { ...bare, facts: { before: 7, after: [{}, null], products: { no: 'list' } }, runbook: [] },
        'opened',
        { timeZone: 'UTC', tenantName: (id) => id },
        detail,
      ),
    );
    expect(message.attachments[0]?.content.actions).toBeUndefined();
    expect(JSON.stringify(message)).toContain('"not known"');
  });
});

describe('a card of several alerts', () => {
  const users = Array.from({ length: 12 }, (_, index) => `user${String(index + 1).padStart(2, '0')}`);

  test('twelve of one script', () => {
    const lines = users.map((user, index) => lineOf(failed(user, index), 'opened'));
    expectCard(
      'group-of-one-script',
      fittingMessage((detail) => groupedCard(lines, [], setting, detail)),
    );
  });

  test('of several kinds, with the numbers of a first look', () => {
    const resolved = {
      ...removed,
      id: 'r',
      status: 'resolved' as const,
      resolvedAt: '2026-02-03T13:40:00.000Z',
    };
    const elsewhere = storedAlert({ id: 'f', tenantId: 'fabrikam-id', severity: 'medium' });
    const lines = [
      ...users.slice(0, 3).map((user, index) => lineOf(failed(user, index), 'opened')),
      lineOf(resolved, 'opened-and-resolved'),
      lineOf(elsewhere, 'worse'),
    ];
    expectCard(
      'group-of-several-kinds',
      fittingMessage((detail) => groupedCard(lines, [digest], setting, detail)),
    );
  });

  test('4,322 alerts: the first ten, and how many more', () => {
    const lines = Array.from({ length: 4322 }, (_, index) => lineOf(failed(`user${index}`, 15), 'opened'));
    const text = JSON.stringify(fittingMessage((detail) => groupedCard(lines, [], setting, detail)));
    expect(text).toContain('and 4,312 more');
    expect(text).toContain('(4,322 alerts)');
    expect(text.match(/Office 365 E3 ·/g)).toHaveLength(10);
  });
});

const digest = {
  tenantId: contoso,
  source: 'entra-directory-audits',
  opened: 1240,
  bySeverity: { high: 1200, medium: 40 },
  byRule: { 'licence/licence-lost': 1000, 'licence/licence-assignment-failed': 240 },
};

describe('the card of a first look', () => {
  test('one tenant', () => {
    expectCard(
      'digest',
      fittingMessage((detail) => digestCard([digest], setting, detail)),
    );
  });

  test('hundreds of tenants at once', () => {
    const digests = Array.from({ length: 300 }, (_, index) => ({ ...digest, tenantId: `tenant-${index}` }));
    const message = fittingMessage((detail) => digestCard(digests, setting, detail));
    expect(messageBytes(message)).toBeLessThan(largestMessageBytes);
    expect(JSON.stringify(message)).toContain('and 290 more tenants');
  });
});
