import { describe, expect, test } from '@jest/globals';
import { readAzureMonitorAudit } from '../../shared/ingest/azure-monitor-audit.ts';
import { admin, alex, contoso } from '../builders/audit-event.ts';
import { azureMonitorAudit } from '../builders/raw-audit.ts';
import type { Raw } from '../builders/raw-audit.ts';

const enabled = azureMonitorAudit({
  activity: 'Enable account',
  user: alex,
  changes: [{ property: 'AccountEnabled', before: false, after: true }],
});

describe('a record of a diagnostic setting', () => {
  test('holds the audit record inside', () => {
    expect(readAzureMonitorAudit(enabled)).toMatchObject({
      kind: 'record',
      record: {
        log: 'entra',
        tenantId: contoso,
        activity: 'Enable account',
        target: { user: alex },
        change: [{ property: 'AccountEnabled', before: false, after: true }],
      },
    });
  });

  test('may hold it as text', () => {
    const asText = { ...enabled, properties: JSON.stringify(enabled['properties']) };
    expect(readAzureMonitorAudit(asText)).toEqual(readAzureMonitorAudit(enabled));
  });

  test("has the caller's address outside", () => {
    const { initiatedBy, ...rest } = enabled['properties'] as Raw;
    const user = { ...((initiatedBy as Raw)['user'] as Raw), ipAddress: null };
    const raw = { ...enabled, properties: { ...rest, initiatedBy: { user } } };
    expect(readAzureMonitorAudit(raw)).toMatchObject({
      record: { actor: { name: admin.upn, ip: admin.ip } },
    });
  });

  test('has its reason inside or outside', () => {
    const properties = { ...(enabled['properties'] as Raw), resultReason: 'None' };
    expect(readAzureMonitorAudit({ ...enabled, properties, resultDescription: 'Denied.' })).toMatchObject({
      record: { reason: 'Denied.' },
    });
  });

  test('names its tenant in a field, else in the resource, else not at all', () => {
    const { tenantId: _, ...withoutField } = enabled;
    const { resourceId: __, ...bare } = withoutField;
    expect(readAzureMonitorAudit(withoutField, 'fabrikam')).toMatchObject({ record: { tenantId: contoso } });
    expect(readAzureMonitorAudit(bare, 'fabrikam')).toMatchObject({ record: { tenantId: 'fabrikam' } });
    expect(readAzureMonitorAudit(bare)).toMatchObject({ record: { tenantId: 'unknown' } });
  });

  test('of another category is ignored', () => {
    const signIn = {
      time: '2026-02-03T09:15:00.1234567Z',
      resourceId: `/tenants/${contoso}/providers/Microsoft.aadiam`,
      operationName: 'Sign-in activity',
      category: 'SignInLogs',
      properties: { id: 's1', createdDateTime: '2026-02-03T09:14:59Z', userPrincipalName: alex.upn },
    };
    expect(readAzureMonitorAudit(signIn)).toEqual({
      kind: 'ignored',
      activity: 'Sign-in activity',
      id: 's1',
      tenantId: contoso,
      at: '2026-02-03T09:15:00.123Z',
      log: 'entra',
    });
  });
});
