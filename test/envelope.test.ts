import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  envelopeVersion,
  maximumMessageBytes,
  NotAnEnvelope,
  packItems,
  readEnvelope,
} from '../shared/envelope.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('envelopes', () => {
  test('carry all items in order, each within the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 300, unit: 'grapheme' })),
        fc.integer({ min: 200, max: 900 }),
        (items, limit) => {
          const { envelopes, oversize } = packItems('tenant', 'kind', items, limit);
          for (const envelope of envelopes) {
            expect(bytesOf(envelope)).toBeLessThanOrEqual(limit);
            expect(envelope.items.length).toBeGreaterThan(0);
          }
          const packed = envelopes.flatMap((envelope) => envelope.items);
          expect(packed).toEqual(items.filter((item) => !oversize.includes(item)));
          expect(packed.length + oversize.length).toBe(items.length);
        },
      ),
    );
  });

  test('carry no more items than they may', () => {
    const { envelopes } = packItems('tenant', 'kind', [1, 2, 3, 4, 5], maximumMessageBytes, 2);
    expect(envelopes.map((envelope) => envelope.items)).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('an item that fits in no message is set aside', () => {
    const large = 'x'.repeat(maximumMessageBytes);
    const { envelopes, oversize } = packItems('tenant', 'kind', ['small', large, 'small too']);
    expect(envelopes.map((envelope) => envelope.items)).toEqual([['small', 'small too']]);
    expect(oversize).toEqual([large]);
  });

  test('no field is called like the metadata of a queue message, which the host would overwrite', () => {
    const [envelope] = packItems('tenant', 'kind', [1]).envelopes;
    const metadata = [
      'id',
      'dequeueCount',
      'popReceipt',
      'insertionTime',
      'expirationTime',
      'nextVisibleTime',
      'queueTrigger',
    ];
    expect(Object.keys(envelope ?? {}).filter((key) => metadata.includes(key))).toEqual([]);
  });

  test.each([
    ['text'],
    [''],
    [4],
    [null],
    [[]],
    [{}],
    [{ v: 1, tenantId: 't', kind: 'k' }],
    [{ v: '1', tenantId: 't', kind: 'k', items: [] }],
  ])('%j is no envelope, and the error does not show it', (message) => {
    expect(() => readEnvelope(message)).toThrow(NotAnEnvelope);
  });

  test('a message of a later version says what to do', () => {
    expect(() => readEnvelope({ v: envelopeVersion + 1, tenantId: 't', kind: 'k', items: [] })).toThrow(
      /deploy the newer build/,
    );
  });
});
