/**
 * Dates as PowerShell's `ToString()`, Export-Csv and spreadsheets write them by the country that the machine is set to: `10.02.2026 10:11:12`,
 * `2/10/2026 10:11:12 AM`. No log is written so; it comes from how it was exported.
 */
export interface DateParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fraction: string | undefined;
  /** `Z`, `+01:00` or nothing. */
  zone: string | undefined;
}

const time =
  /(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,12}))?)?(?:\s?([ap])\.?\s?m\.?)?(?:\s?(Z|[+-]\d{2}:?\d{2}))?/;
const yearLast = new RegExp(`^(\\d{1,2})([./-])\\s?(\\d{1,2})\\2\\s?(\\d{4}),?\\s+${time.source}$`, 'i');
const yearFirst = new RegExp(`^(\\d{4})([./-])\\s?(\\d{1,2})\\2\\s?(\\d{1,2})\\.?,?\\s+${time.source}$`, 'i');

/**
 * As the Log Analytics portal writes it into CSV: `8/2/2021, 1:29:25.983 PM`. With the comma only American English has a capital AM or PM,
 * and so the month first.
 */
const logAnalytics = /^\d{1,2}\/\d{1,2}\/\d{4}, .* [AP]M$/;

/** `either-order` where day and month cannot be told apart: it is never guessed. Undefined for what is no such date. */
export function readCountryDate(text: string): DateParts | 'either-order' | undefined {
  const early = yearFirst.exec(text);
  if (early !== null) {
    const [, year, , month, day, ...clock] = early;
    return partsOf([year, month, day], clock);
  }
  const late = yearLast.exec(text);
  if (late === null) return undefined;
  const [, first, separator, second, year, ...clock] = late;
  const dayFirst = partsOf([year, second, first], clock);
  const monthFirst = partsOf([year, first, second], clock);
  if (logAnalytics.test(text)) return monthFirst;
  // No country writes points and the month first.
  if (separator === '.' || first === second) return dayFirst;
  const [a, b] = [Number(first), Number(second)];
  if (a <= 12 && b <= 12) return 'either-order';
  return b <= 12 ? dayFirst : monthFirst;
}

/** What looks like such a date, readable or not. */
export function looksLikeCountryDate(text: string): boolean {
  return /^\d{1,4}([./-])\s?\d{1,2}\1\s?\d{1,4}\b/.test(text);
}

/** Other calendars are up to 600 years ahead or behind. */
const years = { from: 2000, to: 2100 };

function partsOf(
  date: readonly (string | undefined)[],
  clock: readonly (string | undefined)[],
): DateParts | undefined {
  const [year = NaN, month = NaN, day = NaN] = date.map(Number);
  const [hour = '', minute, second, fraction, half, zone] = clock;
  if (year < years.from || year > years.to) return undefined;
  const hourOfDay = half === undefined ? Number(hour) : hourOf(Number(hour), half.toLowerCase() === 'p');
  if (hourOfDay === undefined) return undefined;
  return {
    year,
    month,
    day,
    hour: hourOfDay,
    minute: Number(minute),
    second: Number(second ?? '0'),
    fraction,
    zone,
  };
}

function hourOf(hour: number, isAfternoon: boolean): number | undefined {
  return hour < 1 || hour > 12 ? undefined : (hour % 12) + (isAfternoon ? 12 : 0);
}
