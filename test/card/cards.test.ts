import { describe, expect, test } from '@jest/globals';
import * as adaptivecards from 'adaptivecards';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { alertCard } from '../../shared/card/alert-card.ts';
import type { CardSetting } from '../../shared/card/card-setting.ts';
import { digestCard } from '../../shared/card/digest-card.ts';
import { groupedCard } from '../../shared/card/grouped-card.ts';
import { lineOf } from '../../shared/card/grouping.ts';
import {
  type ChannelMessage,
  fittingMessage,
  largestMessageBytes,
  messageBytes,
} from '../../shared/card/message.ts';
import type { Telling } from '../../shared/card/telling.ts';
import { expectGolden } from '../builders/golden-file.ts';
import { contoso, storedAlert } from '../builders/stored-alert.ts';

const setting: CardSetting = {
  timeZone: 'Europe/Berlin',
  publicUrl: 'https://gracewatch.contoso.com',
  tenantName: (tenantId) => (tenantId === contoso ? 'Contoso' : tenantId),
};
const posted = (alert: StoredAlert, telling: Telling): ChannelMessage =>
  fittingMessage((fullness) => alertCard(alert, telling, setting, fullness));

const admin = { kind: 'user', id: 'admin-id', name: 'admin@contoso.com', ip: '192.0.2.10' } as const;
const evidence = [{ record: 'record-1', log: 'entra', at: '2026-02-03T09:15:00.000Z' }] as const;
const about = {
  title: 'Licence lost',
  reference: 'https://learn.microsoft.com/en-us/microsoft-365/admin/manage/remove-licenses-from-users',
  knownGaps: [
    'A change that neither log has recorded is not seen.',
    'A lapsed subscription takes licences away without a record of the user.',
  ],
  doer: true,
};
const removed = storedAlert({
  about,
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
    about: { ...about, title: 'Licence assignment failed' },
    details: [
      { label: 'Licence', value: 'Office 365 E3', weight: 3 },
      { label: 'Reason given', value: 'CountViolation', weight: 2 },
    ],
    facts: { product: 'Office 365 E3', reason: 'CountViolation' },
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
      about,
      details: [
        { label: 'Licences', value: ['Microsoft Teams in Office 365 E3'], weight: 4 },
        { label: 'Without', value: ['Teams'], weight: 3 },
        { label: 'Licences before', value: ['Office 365 E3 (without Yammer Enterprise)'], weight: 1 },
        {
          label: 'Licences after',
          value: ['Office 365 E3 (without Yammer Enterprise, Microsoft Teams)'],
          weight: 2,
        },
      ],
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
      details: [
        { label: hostile, value: hostile, weight: 2 },
        { label: 'Licences', value: [hostile, hostile], weight: 1 },
      ],
      about: { title: hostile, reference: 'javascript:alert(1)', knownGaps: [hostile], doer: true },
      actor: { kind: 'user', name: hostile },
      cause: { kind: 'removed-directly', evidence: [], confidence: 'likely', text: hostile },
      runbook: [hostile],
      tenantId: hostile,
    });
    expectCard('hostile-names', posted(alert, 'opened'));
  });

  test('as the first version stored it, without details, cause, actor, runbook and public URL, it is still a card', () => {
    const { actor: _actor, cause: _cause, ...bare } = removed;
    const message = fittingMessage((fullness) =>
      alertCard(
        { ...bare, about: { title: '' }, details: [], runbook: [] },
        'opened',
        { timeZone: 'UTC', tenantName: (id) => id },
        fullness,
      ),
    );
    expect(message.attachments[0]?.content.actions).toBeUndefined();
    expect(JSON.stringify(message)).toContain(bare.title);
    expect(JSON.stringify(message)).not.toContain('Done by');
  });
});

describe('a card of several alerts', () => {
  const users = Array.from({ length: 12 }, (_, index) => `user${String(index + 1).padStart(2, '0')}`);

  test('twelve of one script', () => {
    const lines = users.map((user, index) => lineOf(failed(user, index), 'opened'));
    expectCard(
      'group-of-one-script',
      fittingMessage((fullness) => groupedCard(lines, [], setting, fullness)),
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
      fittingMessage((fullness) => groupedCard(lines, [digest], setting, fullness)),
    );
  });

  test('4,322 alerts: the first ten, and how many more', () => {
    const lines = Array.from({ length: 4322 }, (_, index) => lineOf(failed(`user${index}`, 15), 'opened'));
    const text = JSON.stringify(fittingMessage((fullness) => groupedCard(lines, [], setting, fullness)));
    expect(text).toContain('and 4,312 more');
    expect(text).toContain('(4,322 alerts)');
    expect(text.match(/Licence: Office 365 E3 ·/g)).toHaveLength(10);
  });
});

const digest = {
  tenantId: contoso,
  source: 'entra-directory-audits',
  opened: 1240,
  bySeverity: { high: 1200, medium: 40 },
  byRule: { 'licence/licence-lost': 1000, 'licence/licence-assignment-failed': 240 },
  titles: {
    'licence/licence-lost': 'Licence lost',
    'licence/licence-assignment-failed': 'Licence assignment failed',
  },
};

describe('the card of a first look', () => {
  test('one tenant', () => {
    expectCard(
      'digest',
      fittingMessage((fullness) => digestCard([digest], setting, fullness)),
    );
  });

  test('hundreds of tenants at once', () => {
    const digests = Array.from({ length: 300 }, (_, index) => ({ ...digest, tenantId: `tenant-${index}` }));
    const message = fittingMessage((fullness) => digestCard(digests, setting, fullness));
    expect(messageBytes(message)).toBeLessThan(largestMessageBytes);
    expect(JSON.stringify(message)).toContain('and 290 more tenants');
  });
});
