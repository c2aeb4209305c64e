import { shorten, visibleText } from '../../shared/text/visible-text.ts';

/** In characters. A UPN has 113 at most, a group's name 256; a name of thousands is made to push the rest off the screen. */
const longest = { name: 120, word: 150, text: 1000 };

/** Whatever a tenant wrote, fit for a terminal: one line that steers nothing, and cut where it goes on for too long. */
export function plainWords(text: string, most = longest.text): string {
  const words = shorten(visibleText(text), most).split(' ');
  return words.map((word) => shorten(word, longest.word)).join(' ');
}

export function plainName(name: string): string {
  return plainWords(name, longest.name);
}
