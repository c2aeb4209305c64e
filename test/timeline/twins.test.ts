import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { factsFrom } from '../../shared/timeline/facts.ts';
import { alex } from '../builders/audit-event.ts';
import { adele, assigned, auditRecord, licenceChange } from '../builders/audit-record.ts';

const removal = licenceChange([assigned('ENTERPRISEPACK')], []);
const marker = auditRecord({
  id: 'marker',
  log: 'unified',
  correlationId: 'one',
  target: { user: { upn: alex.upn } },
});
const twin = auditRecord({
  id: 'twin',
  log: 'unified',
  correlationId: 'one',
  activity: 'Update user',
  change: removal,
});

function updateUser(overrides: Partial<AuditRecord> = {}): AuditRecord {
  return auditRecord({ activity: 'Update user', change: removal, ...overrides });
}

function later(record: AuditRecord, seconds: number): AuditRecord {
  return { ...record, at: new Date(Date.parse(record.at) + seconds * 1000).toISOString() };
}

describe('a bare "Change user license" and its "Update user"', () => {
  test('are one change, whichever comes first', () => {
    const expected = [
      { kind: 'licences-changed', complete: true, records: ['marker', 'twin'], logs: ['unified'] },
    ];
    expect(factsFrom([marker, twin])).toMatchObject(expected);
    expect(factsFrom([twin, marker])).toMatchObject(expected);
    expect(factsFrom([marker, later(twin, 9)])).toMatchObject(expected);
  });

  test('alone, the marker is kept as an incomplete change', () => {
    const [fact] = factsFrom([marker]);
    expect(fact).toMatchObject({
      kind: 'licences-changed',
      complete: false,
      records: ['marker'],
      actor: adele,
    });
    expect(fact).not.toHaveProperty('after');
  });

  test('alone, the twin is a complete change', () => {
    expect(factsFrom([twin])).toMatchObject([{ kind: 'licences-changed', complete: true }]);
  });

  test.each([
    ['another correlation id', { correlationId: 'two' }],
    ['another user', { target: { user: { id: 'somebody-else' } } }],
    ['another tenant', { tenantId: 'fabrikam' }],
  ])('are not joined across %s', (_, overrides) => {
    expect(factsFrom([marker, { ...twin, ...overrides }])).toHaveLength(2);
  });

  test('are not joined when they are eleven seconds apart', () => {
    expect(factsFrom([marker, later(twin, 11)]).map(({ complete }) => complete)).toEqual([false, true]);
  });

  test('are not joined by the lack of a correlation id', () => {
    const without = [marker, twin].map(({ correlationId: _, ...record }) => record);
    expect(factsFrom(without)).toHaveLength(2);
  });

  test('with equal sets are noise', () => {
    const same = licenceChange(
      [assigned('EMS'), assigned('ENTERPRISEPACK')],
      [assigned('ENTERPRISEPACK'), assigned('EMS')],
    );
    expect(factsFrom([marker, { ...twin, change: same }])).toEqual([]);
  });

  test('keep the change apart from an "Update user" of which nothing is known but the name of a property', () => {
    const sync = updateUser({ change: [{ property: 'LastDirSyncTime', after: '2026-02-03' }] });
    expect(factsFrom([sync])).toEqual([]);
  });
});

describe('the same change in both logs', () => {
  const entra = [
    auditRecord({ id: 'e1', correlationId: 'one', change: removal }),
    updateUser({ id: 'e2', correlationId: 'one' }),
  ];

  test('is one fact with all four records', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...entra, marker, twin], { minLength: 4 }), (records) => {
        expect(factsFrom(records)).toMatchObject([
          {
            kind: 'licences-changed',
            complete: true,
            logs: ['entra', 'unified'],
            records: ['e1', 'e2', 'marker', 'twin'],
          },
        ]);
      }),
    );
  });

  test('is dated from the earliest record and names the person, not the portal', () => {
    const portal = { kind: 'application', name: 'Microsoft Office 365 Portal' } as const;
    const facts = factsFrom([{ ...later(twin, 2), actor: portal, via: 'Portal' }, ...entra]);
    expect(facts).toMatchObject([{ at: entra[0]?.at, actor: adele, via: 'Portal' }]);
  });
});

describe('several changes under one correlation id', () => {
  test('stay several, each with its own marker', () => {
    const one = { correlationId: 'one' };
    const [first, second] = [
      updateUser({ ...one, id: 'a-twin' }),
      later(updateUser({ ...one, id: 'b-twin', change: licenceChange([], [assigned('EMS')]) }), 4),
    ];
    const markers = [
      auditRecord({ ...one, id: 'a-marker' }),
      later(auditRecord({ ...one, id: 'b-marker' }), 4),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([first, second, ...markers], { minLength: 4 }), (records) => {
        expect(factsFrom(records).map(({ records: ids }) => ids)).toEqual([
          ['a-marker', 'a-twin'],
          ['b-marker', 'b-twin'],
        ]);
      }),
    );
  });

  test('a change belongs to the marker beside it, and another marker waits for its own', () => {
    const one = { correlationId: 'one' };
    const early = auditRecord({ ...one, id: 'early' });
    const records = [
      early,
      later({ ...early, id: 'marker' }, 5),
      later(updateUser({ ...one, id: 'twin' }), 5),
    ];
    const copies = [
      { ...early, id: 'early-copy', log: 'unified' as const },
      later({ ...early, id: 'marker-copy', log: 'unified' }, 5),
    ];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(records, { minLength: 3 }),
        fc.shuffledSubarray(copies, { minLength: 2 }),
        (shuffled, others) => {
          expect(factsFrom(shuffled)).toMatchObject([
            { complete: false, at: early.at, records: ['early'] },
            { complete: true, records: ['marker', 'twin'] },
          ]);
          expect(factsFrom([...others, ...shuffled])).toMatchObject([
            { complete: false, records: ['early', 'early-copy'] },
            { complete: true, records: ['marker', 'marker-copy', 'twin'] },
          ]);
        },
      ),
    );
  });

  test('a marker goes to the change, not to the noise beside it', () => {
    const one = { correlationId: 'one' };
    const noise = updateUser({
      ...one,
      id: 'noise',
      change: licenceChange([assigned('EMS')], [assigned('EMS')]),
    });
    const change = later(updateUser({ ...one, id: 'change' }), 3);
    expect(factsFrom([auditRecord({ ...one, id: 'marker' }), noise, change])).toMatchObject([
      { records: ['change', 'marker'] },
    ]);
  });
});

describe('licences that cannot be read', () => {
  test('make the change incomplete and nobody lose anything', () => {
    const cut = updateUser({
      change: [{ property: 'AssignedLicense', before: [assigned('EMS')], after: '["[SkuName=EM' }],
    });
    const facts = factsFrom([cut]);
    expect(facts).toMatchObject([{ kind: 'licences-changed', complete: false }]);
    expect(facts[0]).not.toHaveProperty('before');
  });
});

describe('a failed assignment', () => {
  const failure = { outcome: 'failure', reason: 'License assignment failed.', correlationId: 'one' } as const;
  const grant = licenceChange([assigned('FLOW_FREE')], [assigned('FLOW_FREE'), assigned('ENTERPRISEPACK')]);
  const officeE3 = { skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900', name: 'Office 365 E3' };

  test('told by marker and twin in both logs is one fact', () => {
    const records = [
      auditRecord({ ...failure, id: '1' }),
      updateUser({ ...failure, id: '2', change: grant }),
      auditRecord({ ...failure, id: '3', log: 'unified' }),
      updateUser({ ...failure, id: '4', log: 'unified', change: grant }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: 4 }), (shuffled) => {
        expect(factsFrom(shuffled)).toEqual([
          {
            kind: 'licence-assignment-failed',
            at: '2026-02-03T09:15:00.000Z',
            logs: ['entra', 'unified'],
            records: ['1', '2', '3', '4'],
            actor: adele,
            complete: true,
            sku: officeE3,
            reason: 'License assignment failed.',
          },
        ]);
      }),
    );
  });

  test('of two products is one fact for each', () => {
    const both = licenceChange([], [assigned('ENTERPRISEPACK'), assigned('EMS')]);
    expect(factsFrom([auditRecord({ ...failure, change: both })])).toMatchObject([
      { sku: officeE3 },
      { sku: { name: 'Enterprise Mobility + Security E3' } },
    ]);
  });

  test.each([
    ['a GUID in the reason', { reason: `SKU ${officeE3.skuId.toUpperCase()} has no units left.` }],
    ['a part number in the reason', { reason: 'No units left of ENTERPRISEPACK.' }],
    ['a GUID in the details', { details: { parameters: `{"skuId":"${officeE3.skuId}"}` } }],
    ['a part number in the details', { details: { License: 'contoso:ENTERPRISEPACK' } }],
  ])('names its product by %s', (_, overrides) => {
    expect(factsFrom([auditRecord({ ...failure, ...overrides })])).toMatchObject([{ sku: officeE3 }]);
  });

  test.each([
    'No units left of the stream product.',
    'SKU 12345678-1234-4234-8234-123456789abc',
    'MCOPSTN5 failed',
  ])('names none where the products table knows none: %s', (reason) => {
    const [fact] = factsFrom([auditRecord({ ...failure, reason })]);
    expect(fact).toMatchObject({ kind: 'licence-assignment-failed', reason });
    expect(fact).not.toHaveProperty('sku');
  });

  test('is never a loss, whatever the record lists', () => {
    const records = [
      auditRecord({ ...failure, change: removal }),
      updateUser({ ...failure, change: licenceChange([assigned('SPE_E5')], [assigned('EMS')]) }),
    ];
    expect(factsFrom(records).filter(({ kind }) => kind === 'licences-changed')).toEqual([]);
  });

  test('that was to take a licence away is no failed assignment', () => {
    expect(factsFrom([auditRecord({ ...failure, change: removal })])).toEqual([]);
  });

  test.each([
    'User license is inherited from a group membership and it cannot be removed directly from the user.',
    'User license is inherited from group membership and cannot be removed directly from the user.',
  ])('is not the refused removal of what a group gives: %s', (reason) => {
    const refused = auditRecord({ ...failure, change: [], reason });
    expect(factsFrom([refused])).toEqual([]);
    expect(factsFrom([{ ...refused, change: grant }])).toMatchObject([{ kind: 'licence-assignment-failed' }]);
  });

  test('is not read out of the wording of a reason', () => {
    const success = updateUser({ change: grant, reason: 'License assignment failed for ENTERPRISEPACK' });
    expect(factsFrom([success])).toMatchObject([{ kind: 'licences-changed' }]);
    const other = updateUser({ ...failure, change: [{ property: 'DisplayName', after: 'Alex' }] });
    expect(factsFrom([other])).toEqual([]);
  });

  test('is told by a failing "Update user" of no property that names a product', () => {
    const bare = updateUser({ ...failure, change: [], details: { License: 'contoso:ENTERPRISEPACK' } });
    expect(factsFrom([bare])).toMatchObject([{ kind: 'licence-assignment-failed', sku: officeE3 }]);
    expect(factsFrom([{ ...bare, outcome: 'success' }])).toEqual([]);
    expect(factsFrom([{ ...bare, change: [{ property: 'DisplayName', after: 'Alex' }] }])).toEqual([]);
  });

  test('is told by a bare failing twin only beside its marker', () => {
    const bare = updateUser({ ...failure, id: 'bare', change: [] });
    expect(factsFrom([bare])).toEqual([]);
    expect(factsFrom([bare, auditRecord({ ...failure, id: 'marker' })])).toMatchObject([
      { kind: 'licence-assignment-failed', records: ['bare', 'marker'] },
    ]);
  });

  test('and the attempt that succeeded after it are two facts', () => {
    const records = [
      auditRecord({ ...failure, id: 'failed', change: grant }),
      later(auditRecord({ correlationId: 'one', id: 'done', change: grant }), 3),
    ];
    expect(factsFrom(records)).toMatchObject([
      { kind: 'licence-assignment-failed', records: ['failed'] },
      { kind: 'licences-changed', records: ['done'] },
    ]);
  });

  test('is known by its marker where the twin says nothing of the outcome', () => {
    const silent = updateUser({ ...failure, outcome: 'unknown', change: grant });
    expect(factsFrom([auditRecord(failure), silent])).toMatchObject([
      { kind: 'licence-assignment-failed', sku: officeE3 },
    ]);
  });
});
