import { shorten, visibleText } from '../text/visible-text.ts';

/**
 * Text from a tenant as plain text of a card: no markdown, mention, HTML, card function or direction mark of it stays alive
 * (law 10). A TextBlock and the values of a FactSet always read markdown.
 *
 * The desktop client honours a backslash before a markdown character, the phones' parser does not (microsoft/AdaptiveCards
 * issues 5590 and 5758). So a backslash stands only where a character would be live, and what could do harm (links, tags,
 * functions) is broken up besides, in a way that holds without backslashes too. `group_name`, `R&D` and `(no Teams)` stay as they are.
 *
 * @param longest in code points, before escaping; what is cut ends in `…`
 */
export function plainText(text: string, longest: number): string {
  return escapeMarkdown(shorten(visibleText(text), longest));
}

function escapeMarkdown(text: string): string {
  return (
    text
      // Tags and mentions cannot be made of these, whatever a client thinks of escapes.
      .replaceAll('<', '‹')
      .replaceAll('>', '›')
      // A link needs its two halves side by side, a card function its two braces, an entity its name behind the ampersand.
      .replace(/\](?=[([:])/g, '] ')
      .replace(/\{(?=\{)/g, '{ ')
      .replace(/&(?=#?\w+;)/g, '& ')
      // Clients make links of bare addresses; of these that name a scheme or begin with www they cannot any more.
      .replaceAll('://', ': //')
      .replace(/\b(mailto:|www\.)(?=\S)/gi, '$1 ')
      .replace(/[\\*`~[\]]/g, '\\$&')
      .replace(/_+/g, escapeUnderscores)
      // At the start of a line these make headings and lists.
      .replace(/^[#+-]/, '\\$&')
      .replace(/^(\d+)([.)])/, '$1\\$2')
  );
}

/** Inside a word an underscore is no emphasis (CommonMark, and the phones' parser agrees), and group names are full of them. */
function escapeUnderscores(run: string, start: number, text: string): string {
  const wordBefore = /[\p{L}\p{N}]$/u.test(text.slice(0, start));
  const wordBehind = /^[\p{L}\p{N}]/u.test(text.slice(start + run.length));
  return wordBefore && wordBehind ? run : run.replaceAll('_', '\\_');
}
