import { describe, expect, test } from '@jest/globals';
import { readActivityRecord } from '../../shared/ingest/activity-record.ts';
import { readPurviewRow } from '../../shared/ingest/purview-row.ts';
import { alex, contoso, licenceChange } from '../builders/audit-event.ts';
import { purviewRow, unifiedAudit } from '../builders/raw-audit.ts';

const event = { user: alex, changes: [licenceChange(['SPE_E3'], [])] };

describe('a row of the audit search', () => {
  test('is the record in its column AuditData', () => {
    expect(readPurviewRow(purviewRow(event))).toEqual(readActivityRecord(unifiedAudit(event)));
  });

  test('is found under a name with a byte order mark', () => {
    const AuditData = purviewRow(event)['AuditData'] ?? '';
    expect(readPurviewRow({ '\uFEFFAuditData': AuditData })).toEqual(readPurviewRow(purviewRow(event)));
  });

  test('keeps its own tenant, and takes the given one where it has none', () => {
    const { OrganizationId: _, ...record } = unifiedAudit(event);
    expect(readPurviewRow(purviewRow(event), 'fabrikam')).toMatchObject({ record: { tenantId: contoso } });
    expect(readPurviewRow({ AuditData: JSON.stringify(record) }, 'fabrikam')).toMatchObject({
      record: { tenantId: 'fabrikam' },
    });
  });

  test('that a spreadsheet cut off is unreadable', () => {
    const AuditData = (purviewRow(event)['AuditData'] ?? '').slice(0, 200);
    expect(readPurviewRow({ AuditData })).toEqual({
      kind: 'unreadable',
      reason: 'AuditData: no JSON object (cut off by a spreadsheet?)',
    });
    expect(readPurviewRow({ AuditData: '' })).toEqual({ kind: 'unreadable', reason: 'AuditData: missing' });
  });
});

test('the same search as JSON wraps the record in the same way', () => {
  const wrapped = { CreationDate: '2026-02-03', AuditData: JSON.stringify(unifiedAudit(event)) };
  expect(readActivityRecord(wrapped)).toEqual(readActivityRecord(unifiedAudit(event)));
});
