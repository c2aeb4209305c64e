/**
 * One event as people would tell it, from which `raw-audit.ts` writes the record of each dialect. Everything is made up; every field
 * has a default, so that a test states only what matters to it.
 */
export interface AuditEvent {
  id: string;
  tenantId: string;
  at: string;
  /** Without the full stop that the unified log adds. */
  activity: string;
  outcome: 'success' | 'failure';
  reason?: string;
  correlationId: string;
  by: AuditActor;
  user?: { id: string; upn: string };
  group?: { id: string; name: string };
  changes: AuditChange[];
  /** One part of a change that did not fit one record. */
  slice?: { id: string; seq: number; of: number; text: string };
  userAgent?: string;
}

type AuditActor =
  | { kind: 'user'; id: string; upn: string; ip?: string; displayName?: string }
  | { kind: 'application'; id: string; name: string }
  /** The record names nobody. */
  | { kind: 'nobody' };

/** `before` and `after` decoded: a list, a truth value or a text. */
export interface AuditChange {
  property: string;
  before?: unknown;
  after?: unknown;
}

export const contoso = '7a1c0e52-0000-4000-8000-00000000c0c0';

export const alex = { id: '11111111-aaaa-4aaa-8aaa-000000000001', upn: 'alex@contoso.com' };
export const admin = {
  kind: 'user' as const,
  id: '99999999-aaaa-4aaa-8aaa-000000000009',
  upn: 'admin@contoso.com',
  ip: '192.0.2.10',
};
export const groupLicensing = {
  kind: 'application' as const,
  id: '88888888-aaaa-4aaa-8aaa-000000000008',
  name: 'Microsoft Azure AD Group-Based Licensing',
};
export const licensedUsers = { id: '22222222-bbbb-4bbb-8bbb-000000000002', name: 'Licensed users' };

export function auditEvent(event: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: 'Directory_33333333-cccc-4ccc-8ccc-000000000003_AAAAA_10000001',
    tenantId: contoso,
    at: '2026-02-03T09:15:00.000Z',
    activity: 'Change user license',
    outcome: 'success',
    correlationId: '33333333-cccc-4ccc-8ccc-000000000003',
    by: admin,
    changes: [],
    ...event,
  };
}

const skuIds = new Map([
  ['SPE_E3', '05e9a617-0261-4cee-bb44-138d3ef5d965'],
  ['SPE_E5', '06ebc4ee-1bb5-47dd-8120-11324bc54e06'],
  ['ENTERPRISEPACK', '6fd2c87f-b296-42f0-b197-1e91e994b900'],
  ['FLOW_FREE', 'f30db892-07e9-47e9-837c-80727f46fd3d'],
]);

/** A licence as the text that the directory writes for it (FACTS 6.5.2). */
export function pseudoLicence(partNumber: string, disabledPlans: readonly string[] = []): string {
  const skuId = skuIds.get(partNumber) ?? '00000000-0000-4000-8000-00000000abcd';
  return `[SkuName=${partNumber}, AccountId=${contoso}, SkuId=${skuId}, DisabledPlans=[${disabledPlans.join(', ')}]]`;
}

/** A change of licences; `undefined` leaves the old value out, as some records do. */
export function licenceChange(before: readonly string[] | undefined, after: readonly string[]): AuditChange {
  const added = { property: 'AssignedLicense', after: after.map((name) => pseudoLicence(name)) };
  return before === undefined ? added : { ...added, before: before.map((name) => pseudoLicence(name)) };
}
