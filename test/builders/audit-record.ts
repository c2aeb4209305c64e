import { auditRecordSchema } from '../../shared/ingest/audit-record.ts';
import type { AuditRecord, PropertyChange } from '../../shared/ingest/audit-record.ts';
import { productsByPartNumber } from '../../shared/products/products.ts';
import { admin, alex, contoso, licensedUsers } from './audit-event.ts';

/** Normalised records, as ingest gives them. A test states only what matters to it. */

export const adele = { kind: 'user', id: admin.id, name: admin.upn, ip: admin.ip } as const;
export const licensingService = {
  kind: 'group-licensing',
  name: 'Microsoft Azure AD Group-Based Licensing',
} as const;
export const onboardingScript = {
  kind: 'application',
  id: '77777777-dddd-4ddd-8ddd-000000000007',
  name: 'Onboarding script',
} as const;

let records = 0;

/** "Change user license" of Alex on 3 February 2026, bare. */
export function auditRecord(overrides: Partial<AuditRecord> = {}): AuditRecord {
  records += 1;
  return auditRecordSchema.parse({
    id: `record-${String(records).padStart(4, '0')}`,
    log: 'entra',
    tenantId: contoso,
    at: '2026-02-03T09:15:00.000Z',
    activity: 'Change user license',
    outcome: 'success',
    actor: adele,
    correlationId: `correlation-${records}`,
    target: { user: alex },
    change: [],
    ...overrides,
  });
}

/** As the logs write a product: `[SkuName=…, AccountId=…, SkuId=…, DisabledPlans=[…]]` (FACTS 6.3). */
export function assigned(partNumber: string, ...disabledPlans: string[]): string {
  const skuId = productsByPartNumber(partNumber)[0]?.skuId ?? '';
  return `[SkuName=${partNumber}, AccountId=${contoso}, SkuId=${skuId}, DisabledPlans=[${disabledPlans.join(', ')}]]`;
}

export function licenceChange(before: string[], after: string[]): PropertyChange[] {
  return [{ property: 'AssignedLicense', before, after }];
}

/** A small change, told by "Change user license" itself. */
export function licencesChanged(
  before: string[],
  after: string[],
  overrides: Partial<AuditRecord> = {},
): AuditRecord {
  return auditRecord({ change: licenceChange(before, after), ...overrides });
}

export function groupRecord(activity: string, overrides: Partial<AuditRecord> = {}): AuditRecord {
  return auditRecord({ activity, target: { group: licensedUsers }, ...overrides });
}

export function membership(
  change: 'added' | 'removed',
  overrides: Partial<AuditRecord> & { group?: { id: string; name: string } } = {},
): AuditRecord {
  const { group = licensedUsers, ...rest } = overrides;
  return auditRecord({
    activity: change === 'added' ? 'Add member to group' : 'Remove member from group',
    target: { user: alex, group },
    ...rest,
  });
}

/** A change too large for one record, in as many parts as asked for (FACTS 6.3.3). */
export function sequence(
  change: PropertyChange[],
  parts: number,
  overrides: Partial<AuditRecord> = {},
): AuditRecord[] {
  const text = JSON.stringify({
    targetUpdatedProperties: JSON.stringify(
      change.map(({ property, before, after }) => ({ Name: property, OldValue: before, NewValue: after })),
    ),
    additionalDetails: JSON.stringify({ 'User-Agent': 'a script' }),
  });
  const size = Math.ceil(text.length / parts);
  const correlationId = `correlation-of-sequence-${records}`;
  const id = `5e90e9ce-0000-4000-8000-${String(records).padStart(12, '0')}`;
  return Array.from({ length: parts }, (_, index) =>
    auditRecord({
      correlationId,
      slice: { id, seq: index + 1, of: parts, text: text.slice(index * size, (index + 1) * size) },
      ...overrides,
    }),
  );
}
