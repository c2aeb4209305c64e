import { plainWords } from './plain-words.ts';

const width = 100;

/** Lines of at most `width`, the first behind `first`, the others behind as many blanks. Steering characters are taken out. */
export function paragraph(text: string, first = '', others = ' '.repeat(first.length)): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of plainWords(text).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = others;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
