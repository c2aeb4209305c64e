import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { errorText, oneLine } from '../../../dev/host/log-line.ts';

describe('a line of the log', () => {
  test('stays one line whatever text is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u);
      }),
    );
  });

  test('shows what it hides', () => {
    expect(oneLine('a\nb\u202ec\u001b[31m')).toBe('a\\nb\\u202ec\\u001b[31m');
  });

  test('is cut when it gets too long', () => {
    expect(oneLine('x'.repeat(10_000))).toHaveLength(4_001);
  });

  test('tells an error by its name and message', () => {
    expect(errorText(new TypeError('no'))).toBe('TypeError: no');
    expect(errorText('text')).toBe('not an Error: text');
    expect(errorText(new AggregateError([new Error('refused')], ''))).toBe('Error: refused');
  });
});
