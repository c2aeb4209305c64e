import { createHash } from 'node:crypto';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { rowsSeen } from '../builders/finding.ts';

export const contoso = { id: '11111111-2222-4333-8444-555555555555', name: 'Contoso' };
export const fabrikam = { id: '22222222-2222-4333-8444-555555555555', name: 'Fabrikam' };

/** An open alert as it is stored; a test names only what matters to it. */
export function storedAlert(name: string, change: Partial<StoredAlert> = {}): StoredAlert {
  return {
    id: createHash('sha256').update(name).digest('hex'),
    tenantId: contoso.id,
    rule: 'licence/licence-lost',
    severity: 'high',
    status: 'open',
    episode: 1,
    subject: { kind: 'user', id: `user-${name}`, name: `${name}@contoso.com` },
    title: `${name} lost Office 365 E3`,
    summary: 'It was removed.',
    happenedAt: '2026-03-01T08:00:00.000Z',
    openedAt: '2026-03-01T08:01:00.000Z',
    updatedAt: '2026-03-01T08:01:00.000Z',
    about: { title: 'Licence lost', doer: true },
    facts: {},
    details: [],
    evidence: [],
    runbook: ['Ask why.', 'Assign it again.'],
    notices: [],
    qualifiers: {},
    basis: rowsSeen(1),
    extent: [],
    ...change,
  };
}

/** Of two tenants, in every status; `edith` was snoozed until a moment that is over on 2 March 2026. */
export const severalAlerts: readonly StoredAlert[] = [
  storedAlert('adele', { openedAt: '2026-03-01T08:00:00.000Z' }),
  storedAlert('bruno', { openedAt: '2026-03-01T10:00:00.000Z', severity: 'low', status: 'resolved' }),
  storedAlert('clara', { openedAt: '2026-03-01T09:00:00.000Z', rule: 'licence/licence-assignment-failed' }),
  storedAlert('diego', { openedAt: '2026-03-01T07:00:00.000Z', tenantId: fabrikam.id }),
  storedAlert('edith', {
    openedAt: '2026-03-01T06:00:00.000Z',
    status: 'snoozed',
    snoozedUntil: '2026-03-01T12:00:00.000Z',
  }),
  storedAlert('frank', {
    openedAt: '2026-03-01T05:00:00.000Z',
    status: 'snoozed',
    snoozedUntil: '2026-04-01T12:00:00.000Z',
  }),
];
