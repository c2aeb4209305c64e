import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keptDetails, readDetails, readJoinedSlices, readSlice } from '../../shared/ingest/record-details.ts';
import { pseudoLicence } from '../builders/audit-event.ts';

const part = { id: '64C07906-0000-4000-8000-000000000006', seq: '2', b: '…middle ', c: '6' };

describe('details of a record', () => {
  test('are the same as a list of keys and as an object in a string', () => {
    const list = [
      { key: 'User-Agent', value: 'Mozilla/5.0' },
      { key: 'AppId', value: 'x' },
    ];
    const object = JSON.stringify({ 'User-Agent': 'Mozilla/5.0', AppId: 'x' });
    expect([...readDetails(list)]).toEqual([...readDetails(object)]);
    expect(keptDetails(readDetails(list), false)).toEqual({ 'User-Agent': 'Mozilla/5.0', AppId: 'x' });
  });

  test('a part of a longer change is recognised, and its text is not among the details', () => {
    const details = readDetails(JSON.stringify({ ...part, 'User-Agent': 'EvoSTS' }));
    expect(readSlice(details)).toEqual({ id: part.id.toLowerCase(), seq: 2, of: 6, text: '…middle ' });
    expect(keptDetails(details, true)).toEqual({ 'User-Agent': 'EvoSTS' });
  });

  test.each([[{ seq: '0' }], [{ seq: '7' }], [{ seq: 'two' }], [{ c: '' }]])(
    'a part with %j has no place',
    (wrong) => {
      expect(readSlice(readDetails({ ...part, ...wrong }))).toBe('malformed');
    },
  );

  test('an id alone makes no part', () => {
    expect(readSlice(readDetails({ id: part.id }))).toBeUndefined();
  });

  test('a hostile name becomes a name and nothing else', () => {
    const kept = keptDetails(readDetails('{"__proto__":"x","constructor":"y"}'), false);
    expect(Object.entries(kept ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});

describe('a change in parts', () => {
  const whole = JSON.stringify({
    targetUpdatedProperties: JSON.stringify([
      { Name: 'AssignedLicense', OldValue: [pseudoLicence('SPE_E3')], NewValue: [] },
      { Name: 'AssignedPlan', OldValue: [{ ServicePlanId: 'x' }], NewValue: [] },
    ]),
    additionalDetails: JSON.stringify({ 'User-Agent': 'O365AdminPortal' }),
  });

  test('can be cut anywhere, and is read when it is whole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 5 }), (cuts) => {
        const ends = [...cuts, whole.length].sort((one, other) => one - other);
        const parts = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
        expect(readJoinedSlices(parts.join(''))).toEqual([
          { property: 'AssignedLicense', before: [pseudoLicence('SPE_E3')], after: [] },
        ]);
      }),
    );
  });

  test('is not read while a piece is missing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (end) => {
        expect(readJoinedSlices(whole.slice(0, end))).toBeUndefined();
        expect(readJoinedSlices(whole.slice(end))).toBeUndefined();
      }),
    );
  });
});
