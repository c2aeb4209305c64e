import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { shorten, visibleText } from '../../shared/text/visible-text.ts';

test('a long name is cut by code point and says so', () => {
  expect(shorten('😀😀😀😀', 3)).toBe('😀😀…');
  expect(shorten('anna', 4)).toBe('anna');
});

test('what steers or cannot be seen goes, and one line is left', () => {
  expect(visibleText(' an\u202Ena\u200B\r\n lee\u2028\u0007a\uD83Db ')).toBe('anna lee a\uFFFDb');
});

test('whatever the text is, one line of it can be seen, and nothing more goes the second time', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\n', '\u202E', '\uD800', ' ', 'a'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(text, (hostile) => {
      const shown = visibleText(hostile);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(visibleText(shown)).toBe(shown);
    }),
  );
});
