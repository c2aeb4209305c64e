import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonText } from '../../shared/json/json-text.ts';

describe('the JSON that a command prints', () => {
  test.each([
    ['starts a sequence for the terminal', '\u009b31m', '\\u009b31m'],
    ['deletes', 'a\u007f', 'a\\u007f'],
    ['turns the direction', '\u202egnp.exe', '\\u202egnp.exe'],
    ['cannot be seen', 'a\u200bb\u{e0041}', 'a\\u200bb\\udb40\\udc41'],
    ['breaks the line in some programs', 'a\u2028b', 'a\\u2028b'],
  ])('escapes what %s', (_, name, escaped) => {
    expect(jsonText({ name })).toBe(`{\n  "name": "${escaped}"\n}`);
  });

  test('leaves the names of people as they are', () => {
    expect(jsonText('Zoë 李 – 😀')).toBe('"Zoë 李 – 😀"');
  });

  test('is the same value for a program, and steers no terminal', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (value, indentation) => {
        const text = jsonText(value, indentation);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
