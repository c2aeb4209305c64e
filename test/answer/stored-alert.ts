import { createHash } from 'node:crypto';
import type { StoredAlert } from '../../shared/alert/alert.ts';

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
    facts: {},
    evidence: [],
    runbook: ['Ask why.', 'Assign it again.'],
    notices: [],
    qualifiers: {},
    basis: 1,
    extent: [],
    ...change,
  };
}
