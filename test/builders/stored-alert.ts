import type { StoredAlert, StoredNotice } from '../../shared/alert/alert.ts';
import type { ChannelSettings } from '../../shared/config.ts';
import type { WaitingNotice } from '../../shared/alert/waiting-notices.ts';
import { rowsSeen } from './finding.ts';
import { Secret } from '../../shared/secret.ts';

export const contoso = '11111111-2222-4333-8444-555555555555';

/** An open alert about a licence that Anna lost; a test states only what matters to it. */
export function storedAlert(overrides: Partial<StoredAlert> = {}): StoredAlert {
  return {
    id: 'a1'.repeat(32),
    tenantId: contoso,
    rule: 'licence/licence-lost',
    severity: 'high',
    status: 'open',
    episode: 1,
    subject: { kind: 'user', id: '0a0a0a0a-0000-4000-8000-000000000001', name: 'anna.lee@contoso.com' },
    title: 'anna.lee@contoso.com lost Office 365 E3',
    summary: 'Since 2026-02-03 09:15 UTC anna.lee@contoso.com is without Office 365 E3. No licence is left.',
    happenedAt: '2026-02-03T09:15:00.000Z',
    openedAt: '2026-02-03T09:21:30.000Z',
    updatedAt: '2026-02-03T09:21:30.000Z',
    facts: {
      products: ['Office 365 E3'],
      plans: [],
      before: [{ skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900', name: 'Office 365 E3', disabledPlans: [] }],
      after: [],
    },
    evidence: [{ record: 'record-1', log: 'entra', at: '2026-02-03T09:15:00.000Z' }],
    runbook: [
      'Read in the audit log who did it and ask whether it was meant.',
      'If it was not meant, give it back in admin.microsoft.com > Users > Active users > Licenses and apps.',
    ],
    notices: [],
    qualifiers: {},
    about: { title: 'Licence lost', doer: true },
    details: [
      { label: 'Licences', value: ['Office 365 E3'], weight: 4 },
      { label: 'Licences before', value: ['Office 365 E3'], weight: 1 },
      { label: 'Licences after', value: ['none'], weight: 2 },
    ],
    basis: rowsSeen(1),
    extent: ['6fd2c87f-b296-42f0-b197-1e91e994b900'],
    ...overrides,
  };
}

export function storedNotice(overrides: Partial<StoredNotice> = {}): StoredNotice {
  return {
    key: 'notice-1',
    sequence: 1,
    channel: 'licences',
    reason: 'opened',
    at: '2026-02-03T09:21:30.000Z',
    outcome: 'waiting',
    ...overrides,
  };
}

/** The row that stands before a channel for a notice of an alert. */
export function waitingNotice(
  { tenantId, id }: Pick<StoredAlert, 'tenantId' | 'id'>,
  { channel, key, reason, at }: StoredNotice,
): WaitingNotice {
  return { channel, key, tenantId, alertId: id, reason, at };
}

export function channelSettings(overrides: Partial<ChannelSettings> = {}): ChannelSettings {
  return {
    id: 'licences',
    kind: 'teams',
    url: new Secret('https://prod-01.westeurope.logic.azure.com/workflows/1?sig=not-to-be-told'),
    timeZone: 'Europe/Berlin',
    sendResolved: true,
    ...overrides,
  };
}
