import type { Finding } from '../../shared/evaluate/finding.ts';
import { fingerprintOf } from '../../shared/evaluate/fingerprint.ts';
import type { Basis } from '../../shared/evaluate/basis.ts';
import type { Firing } from '../../shared/rules/verdict.ts';
import { admin, tenantId, userId, userName } from './fact.ts';

export function firing(overrides: Partial<Firing> = {}): Firing {
  return {
    kind: 'firing',
    reason: 'missing: Office 365 E3',
    qualifiers: {},
    severity: 'high',
    title: 'adele@contoso.com lost Office 365 E3',
    summary: 'Since 3 February 2026 09:15 UTC adele@contoso.com is without Office 365 E3.',
    happenedAt: '2026-02-03T09:15:00.000Z',
    cause: {
      kind: 'removed-directly',
      at: '2026-02-03T09:15:00.000Z',
      actor: admin,
      evidence: [{ record: 'record-1', log: 'entra', at: '2026-02-03T09:15:00.000Z' }],
      confidence: 'certain',
      text: 'Office 365 E3 was removed on 3 February 2026 09:15 UTC by admin@contoso.com.',
    },
    actor: admin,
    extent: ['6fd2c87f-b296-42f0-b197-1e91e994b900'],
    details: [{ label: 'Licences', value: ['Office 365 E3'], weight: 4 }],
    facts: { products: ['Office 365 E3'], plans: [] },
    evidence: [{ record: 'record-1', log: 'entra', at: '2026-02-03T09:15:00.000Z' }],
    runbook: ['Ask whether it was meant.', 'Give it back.'],
    ...overrides,
  };
}

/** A basis of so many rows of the subject's timeline. */
export function rowsSeen(rows: number): Basis {
  return { names: ['timeline'], versions: { timeline: rows } };
}

/** A loss that still fires; override `state` and the dates for anything else. */
export function finding(overrides: Partial<Finding> = {}): Finding {
  const rule = overrides.rule ?? 'licence/licence-lost';
  const subject = overrides.subject ?? { kind: 'user', id: userId, name: userName };
  const qualifiers = overrides.qualifiers ?? {};
  return {
    fingerprint: fingerprintOf(overrides.tenantId ?? tenantId, rule, subject.id, qualifiers),
    tenantId,
    rule,
    subject,
    qualifiers,
    episode: 1,
    state: 'firing',
    reason: 'missing: Office 365 E3',
    firing: firing(),
    severity: 'high',
    openedAt: '2026-02-03T09:15:00.000Z',
    about: { title: 'Licence lost', doer: true },
    basis: rowsSeen(1),
    evaluatedAt: '2026-02-03T09:20:00.000Z',
    ...overrides,
  };
}
