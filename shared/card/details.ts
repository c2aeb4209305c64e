import type { Detail } from '../rules/verdict.ts';
import { listed } from '../text/listed.ts';
import { groupedDigits } from '../text/numbers.ts';

/** A detail of a rule in words. */
export interface DetailWords {
  label: string;
  value: string;
}

/**
 * The details of a rule as they are shown everywhere: the weightiest first, those of one weight as the rule has them; a list as
 * `A, B and 3 more`, a number as `4,312`. One that holds nothing is left out.
 *
 * @param most so many names of a list
 * @param plain makes a label or a name safe for where it is shown
 */
export function detailsInWords(
  details: readonly Detail[],
  most: number,
  plain: (text: string) => string,
): DetailWords[] {
  return details
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ label, value }) => ({ label: plain(label), value: valueInWords(value, most, plain) }))
    .filter(({ value }) => value !== '');
}

function valueInWords(value: Detail['value'], most: number, plain: (text: string) => string): string {
  if (typeof value === 'number') return groupedDigits(value);
  if (typeof value === 'string') return plain(value);
  return listed(
    value.map(plain).filter((name) => name !== ''),
    most,
  );
}
