import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { factsFrom } from '../../shared/timeline/facts.ts';
import { alex } from '../builders/audit-event.ts';
import { adele, assigned, auditRecord, licenceChange, sequence } from '../builders/audit-record.ts';

const removal = licenceChange([assigned('SPE_E5'), assigned('FLOW_FREE')], [assigned('FLOW_FREE')]);
const told = { kind: 'licences-changed', complete: true };
const untold = { kind: 'licences-changed', complete: false };

function replaced(records: AuditRecord[], index: number, overrides: Partial<AuditRecord>): AuditRecord[] {
  return records.map((record, at) => (at === index ? { ...record, ...overrides } : record));
}

function withSlice(record: AuditRecord, slice: Partial<NonNullable<AuditRecord['slice']>>): AuditRecord {
  return record.slice === undefined ? record : { ...record, slice: { ...record.slice, ...slice } };
}

describe('a change in six parts', () => {
  const parts = sequence(removal, 6);

  test('is told by all of them together', () => {
    const facts = factsFrom(parts);
    expect(facts).toMatchObject([{ ...told, actor: adele, records: parts.map(({ id }) => id) }]);
    expect(facts[0]).toHaveProperty('before.0.name', 'Microsoft 365 E5');
    expect(facts[0]).toHaveProperty('after.length', 1);
  });

  test('is the same in any order and with parts that come twice', () => {
    const expected = factsFrom(parts);
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: 6 }), fc.shuffledSubarray(parts), (all, again) => {
        expect(factsFrom([...all, ...again])).toEqual(expected);
      }),
    );
  });

  test('says nothing of licences while any part is missing, and keeps what has come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: 1, maxLength: 5 }), (some) => {
        const facts = factsFrom(some);
        expect(facts).toMatchObject([{ ...untold, records: some.map(({ id }) => id).sort() }]);
        expect(facts[0]).not.toHaveProperty('before');
      }),
    );
  });

  test('with one part under a second record id, saying the same, is complete', () => {
    const [first] = parts;
    expect(factsFrom([...parts, { ...(first ?? auditRecord()), id: 'again' }])).toMatchObject([told]);
  });

  test('with a part that says something else in the same place is incomplete, never joined wrongly', () => {
    const second = parts[1] ?? auditRecord();
    const contradiction = withSlice({ ...second, id: 'contradicting' }, { text: 'something else' });
    expect(factsFrom([...parts, contradiction])).toMatchObject([untold]);
    expect(factsFrom([...parts, withSlice(second, { text: 'something else' })])).toMatchObject([untold]);
  });

  test.each([
    ['the other log', { log: 'unified' as const }],
    ['another user', { target: { user: { id: 'somebody-else' } } }],
    ['another tenant', { tenantId: 'fabrikam' }],
  ])('is not completed by a part of %s', (_, overrides) => {
    const facts = factsFrom(replaced(parts, 2, overrides));
    expect(facts.every(({ complete }) => !complete)).toBe(true);
  });

  test('is not completed by a part of another change or of another number of parts', () => {
    const third = parts[2] ?? auditRecord();
    for (const stranger of [withSlice(third, { id: 'another' }), withSlice(third, { of: 7 })]) {
      const facts = factsFrom(parts.map((part) => (part === third ? stranger : part)));
      expect(facts.some(({ complete }) => complete)).toBe(false);
    }
  });

  test('whose parts name the user in two ways is one', () => {
    const named = replaced(parts, 3, { target: { user: { upn: alex.upn } } });
    expect(factsFrom(named)).toMatchObject([told]);
  });

  test('that is no list of changes when it is joined stays incomplete', () => {
    const text = JSON.stringify({ targetUpdatedProperties: 'cut off [' });
    const record = auditRecord({ slice: { id: 'one', seq: 1, of: 1, text } });
    expect(factsFrom([record])).toMatchObject([untold]);
  });

  test('that is complete in one log and not in the other is one fact, complete', () => {
    const [{ correlationId = '' } = auditRecord()] = parts;
    const unified = sequence(removal, 4, { log: 'unified', correlationId }).slice(1);
    for (const records of [
      [...parts, ...unified],
      [...unified, ...parts],
    ]) {
      expect(factsFrom(records)).toMatchObject([{ ...told, logs: ['entra', 'unified'] }]);
    }
  });

  test('and its bare marker in the other log are one fact, complete or not', () => {
    const [{ correlationId = '' } = auditRecord()] = parts;
    const marker = auditRecord({ log: 'unified', correlationId, target: { user: { upn: alex.upn } } });
    expect(factsFrom([marker, ...parts])).toMatchObject([{ ...told, logs: ['entra', 'unified'] }]);
    expect(factsFrom([...parts.slice(1), marker])).toMatchObject([{ ...untold, logs: ['entra', 'unified'] }]);
  });

  test('that lacks a part is told by its "Update user" twin', () => {
    const [{ correlationId = '' } = auditRecord()] = parts;
    const twin = auditRecord({ activity: 'Update user', correlationId, change: removal });
    expect(factsFrom([...parts.slice(2), twin])).toMatchObject([
      { ...told, records: [...parts.slice(2), twin].map(({ id }) => id) },
    ]);
  });

  test('that lacks a part is not swallowed by another change under the same correlation id', () => {
    const [{ correlationId = '' } = auditRecord()] = parts;
    const other = auditRecord({ correlationId, change: licenceChange([], [assigned('EMS')]) });
    expect(
      factsFrom([...parts.slice(1), other])
        .map(({ complete }) => complete)
        .sort(),
    ).toEqual([false, true]);
  });

  test('of a failed attempt is a failed assignment and no loss', () => {
    const grant = licenceChange([], [assigned('SPE_E5')]);
    const failed = sequence(grant, 3).map((part) => ({ ...part, outcome: 'failure' as const }));
    expect(factsFrom(failed)).toMatchObject([
      { kind: 'licence-assignment-failed', complete: true, sku: { name: 'Microsoft 365 E5' } },
    ]);
    expect(factsFrom(failed.slice(1))).toMatchObject([
      { kind: 'licence-assignment-failed', complete: false },
    ]);
  });
});
