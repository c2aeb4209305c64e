import { describe, expect, test } from '@jest/globals';
import { readSentinelAudit } from '../../shared/ingest/sentinel-audit.ts';
import { alex, contoso, licenceChange, pseudoLicence } from '../builders/audit-event.ts';
import { officeActivity, sentinelAudit } from '../builders/raw-audit.ts';

const removed = { user: alex, changes: [licenceChange(['SPE_E3'], [])] };
const change = [{ property: 'AssignedLicense', before: [pseudoLicence('SPE_E3')], after: [] }];

describe('a row of Sentinel', () => {
  test('of AuditLogs holds its lists as text', () => {
    expect(readSentinelAudit(sentinelAudit(removed))).toMatchObject({
      kind: 'record',
      record: { log: 'entra', tenantId: contoso, target: { user: alex }, change },
    });
  });

  test('of OfficeActivity is of the unified log', () => {
    const row = officeActivity({ ...removed, activity: 'Update user', id: 'u1' });
    expect(readSentinelAudit(row)).toMatchObject({
      kind: 'record',
      record: { id: 'u1', log: 'unified', tenantId: contoso, target: { user: alex }, change },
    });
  });

  test('never takes the workspace for the tenant', () => {
    const { AADTenantId: _, ResourceId: __, ...row } = sentinelAudit(removed);
    expect(readSentinelAudit(row, 'fabrikam')).toMatchObject({ record: { tenantId: 'fabrikam' } });
    expect(readSentinelAudit(row)).toMatchObject({ record: { tenantId: 'unknown' } });
    const { OrganizationId: ___, ...office } = officeActivity(removed);
    expect(readSentinelAudit(office)).toMatchObject({ record: { tenantId: 'unknown' } });
  });

  test("as the portal's CSV has the zone in the names, American times, and empty cells", () => {
    const { TimeGenerated: _, ActivityDateTime: __, Type: ___, ...row } = sentinelAudit(removed);
    const csv = {
      ...row,
      'TimeGenerated [UTC]': '2/3/2026, 9:15:00.000 AM',
      'ActivityDateTime [UTC]': '2/3/2026, 9:15:00.000 AM',
      ActivityDisplayName: '',
    };
    expect(readSentinelAudit(csv)).toEqual(readSentinelAudit(sentinelAudit(removed)));
  });
});
