import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cardTextToHtml } from '../../../dev/cards/card-text.js';

/** What a reader sees of HTML in which there is no markup but ours. */
function visible(html: string): string {
  const entities: Record<string, string> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&amp;': '&',
  };
  return html
    .replaceAll('<br>', '\n')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity);
}

describe('the text of a card', () => {
  test.each([
    ['**Office 365 E3** is gone', '<strong>Office 365 E3</strong> is gone'],
    ['*at once* and _now_', '<em>at once</em> and <em>now</em>'],
    ['the group Labs_O365_E3_Base', 'the group Labs_O365_E3_Base'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['one\ntwo', 'one<br>two'],
    ['1. first\n2. second', '<ol start="1"><li>first</li><li>second</li></ol>'],
    ['- a\n- b\nend', '<ul><li>a</li><li>b</li></ul>end'],
    ['\\*\\*not bold\\*\\*', '**not bold**'],
    ['\\[not a link\\](https://example.com)', '[not a link](https://example.com)'],
    [
      '[open](https://example.com/?a=1&b=2)',
      '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">open</a>',
    ],
    ['[open](javascript:alert(1))', '[open](javascript:alert(1))'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
  ])('%j is shown as Teams would', (text, html) => {
    expect(cardTextToHtml(text)).toBe(html);
  });

  test('never holds markup that is not ours, whatever the text', () => {
    const ours =
      /<\/?(?:strong|em|li|ul|ol|br)>|<ol start="\d{1,9}">|<a href="https?:\/\/[^"<>]*" target="_blank" rel="noopener noreferrer">|<\/a>/g;
    const pieces = fc.constantFrom(
      '*',
      '**',
      '_',
      '[',
      ']',
      '(',
      ')',
      'https://x.example/',
      '"',
      "'",
      '<',
      '>',
      '&',
      '\\',
      'javascript:',
      '\n',
      '- ',
      '1. ',
      'ab',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (text) => {
          expect(cardTextToHtml(text).replaceAll(ours, '')).not.toMatch(/[<>"]/);
        },
      ),
    );
  });

  test('an escaped text is shown exactly as it was', () => {
    const name = fc.string({ unit: fc.constantFrom(...'\\`*_{}[]()#+-.!~>|<&"\'ab1 '.split('')) });
    fc.assert(
      fc.property(name, (text) => {
        const escaped = text.replaceAll(/[\\`*_{}[\]()#+\-.!~>|<&"']/g, (character) => `\\${character}`);
        expect(visible(cardTextToHtml(escaped))).toBe(text);
      }),
    );
  });
});
