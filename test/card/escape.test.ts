import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plainText } from '../../shared/card/escape.ts';

const plain = (text: string): string => plainText(text, 1000);

describe('a name from a tenant is plain text on a card', () => {
  test.each([
    ['bold', '**Anna**', '\\*\\*Anna\\*\\*'],
    ['italic', '_Anna_', '\\_Anna\\_'],
    ['a link', '[click](https://evil.example)', '\\[click\\] (https: //evil.example)'],
    ['a bare address', 'Contoso https://evil.example/login', 'Contoso https: //evil.example/login'],
    ['a bare address of another scheme', 'MSTEAMS://evil.example', 'MSTEAMS: //evil.example'],
    ['an address without a scheme', 'WWW.evil.example', 'WWW. evil.example'],
    ['an address for mail', 'mailto:eve@evil.example', 'mailto: eve@evil.example'],
    ['a link by reference', '[click][1]', '\\[click\\] \\[1\\]'],
    ['a link definition', '[1]: https://evil.example', '\\[1\\] : https: //evil.example'],
    ['code', '`rm -rf`', '\\`rm -rf\\`'],
    ['struck through', '~~Anna~~', '\\~\\~Anna\\~\\~'],
    ['a mention', '<at>Everyone</at>', '‹at›Everyone‹/at›'],
    ['HTML', '<img src=x onerror=alert(1)>', '‹img src=x onerror=alert(1)›'],
    ['an entity', '&lt;at&gt;', '& lt;at& gt;'],
    ['a card function', '{{DATE(2026-02-03T09:15:00Z)}}', '{ {DATE(2026-02-03T09:15:00Z)}}'],
    ['a heading', '# Anna', '\\# Anna'],
    ['a list', '- Anna', '\\- Anna'],
    ['a numbered list', '1. Anna', '1\\. Anna'],
    ['an escaped star', '\\*Anna*', '\\\\\\*Anna\\*'],
  ])('%s', (_what, hostile, expected) => {
    expect(plain(hostile)).toBe(expected);
  });

  test('direction marks, zero-width and control characters go, line breaks become blanks', () => {
    expect(plain('an\u202Ena\u2066\u200E lee\u200B\r\n# second\u2028line\u0007!')).toBe(
      'anna lee # second line !',
    );
  });

  test('half a surrogate becomes the replacement character', () => {
    expect(plain('a\uD83Db')).toBe('a\uFFFDb');
  });

  test('names as they usually are stay as they are', () => {
    for (const name of [
      'anna.lee@contoso.com',
      'first_last@contoso.com',
      'Labs_O365_E3_TeamsAndPlanner',
      'anna_fabrikam.com#EXT#@contoso.onmicrosoft.com',
      'Lee, Anna (IT)',
      'Research & Development',
      'R&D',
      "Siobhán O'Brien-Núñez",
      '李小龙',
      'Microsoft 365 E3 (no Teams)',
    ]) {
      expect(plain(name)).toBe(name);
    }
  });
});

describe('a long name', () => {
  test('is cut before it is escaped, so that no escape is cut in two', () => {
    expect(plainText('*'.repeat(10), 3)).toBe('\\*\\*…');
  });
});

const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '*',
          '_',
          '[',
          ']',
          '(',
          ')',
          '`',
          '#',
          '~',
          '>',
          '<',
          '-',
          '+',
          '&',
          '{',
          '}',
          '\\',
          '!',
          ':',
          ';',
        ],
        ...[
          '\n',
          '\r',
          '\u202E',
          '\u2066',
          '\u200E',
          '\u200B',
          '\u0000',
          '\uD800',
          '1.',
          '&lt;',
          '<at>',
          '](',
          '{{',
          'https://',
          'www.',
        ],
        ...['\u2028', '\u061C', '\uFEFF', 'a', ' ', '😀'],
      ),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe('whatever the text is', () => {
  test('nothing of it is live', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = plain(text);
        const withoutEscapes = shown.replace(/\\[\\*`~[\]_#+.)-]/g, '');
        expect(withoutEscapes).not.toMatch(/[*`~[\]]/);
        expect(withoutEscapes).not.toMatch(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/u);
        expect(shown).not.toMatch(/[<>]|\]\(|\]\[|\{\{|&#?\w+;|^[#+-]|^\d+[.)]|:\/\/|\bwww\.\S/);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test('it grows by no more than three characters for one, so a card can be fitted', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 50 }), (text, longest) => {
        expect(Array.from(plainText(text, longest)).length).toBeLessThanOrEqual(3 * longest);
      }),
    );
  });
});
