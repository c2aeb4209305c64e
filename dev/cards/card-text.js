/**
 * The markdown that Teams shows in a card's text: bold, italic, links, lists, line breaks and backslash escapes. Everything
 * else is text. The result is HTML that holds no markup but this function's own.
 * @param {string} text as the card carries it
 * @returns {string}
 */
export function cardTextToHtml(text) {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const html = [];
  let list;
  for (const line of lines) {
    const item = line.match(/^(?:([-*])|(\d{1,9})[.)])\s+(.*)$/);
    const kind = item ? (item[1] ? 'ul' : 'ol') : undefined;
    if (list !== kind) {
      if (list) html.push(`</${list}>`);
      if (kind) html.push(kind === 'ol' ? `<ol start="${item[2]}">` : '<ul>');
      list = kind;
    } else if (!kind && html.length > 0) {
      html.push('<br>');
    }
    html.push(kind ? `<li>${inline(item[3])}</li>` : inline(line));
  }
  if (list) html.push(`</${list}>`);
  return html.join('');
}

/** Escapes first, so that an escaped character can never begin anything. */
const tokens =
  /\\([\\`*_{}[\]()#+\-.!~>|<&"'])|\[((?:\\.|[^\][\\])+)\]\((https?:\/\/[^\s()]+)\)|\*\*((?:\\.|[^*\\])+)\*\*|\*((?:\\.|[^*\\\s])(?:\\.|[^*\\])*)\*|(?<![\p{L}\p{N}])_((?:\\.|[^_\\])+)_(?![\p{L}\p{N}])/gu;

function inline(text) {
  let html = '';
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    const [whole, escaped, label, address, bold, starred, underlined] = match;
    html += plain(text.slice(end, match.index));
    if (escaped !== undefined) html += plain(escaped);
    else if (label !== undefined) {
      html += `<a href="${plain(address)}" target="_blank" rel="noopener noreferrer">${inline(label)}</a>`;
    } else if (bold !== undefined) html += `<strong>${inline(bold)}</strong>`;
    else html += `<em>${inline(starred ?? underlined)}</em>`;
    end = match.index + whole.length;
  }
  return html + plain(text.slice(end));
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function plain(text) {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]);
}
