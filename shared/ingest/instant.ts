import type { DateParts } from './country-date.ts';
import { looksLikeCountryDate, readCountryDate } from './country-date.ts';
import { asObject, asText } from '../json/json-value.ts';

const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** How Windows PowerShell's ConvertTo-Json writes a date. */
const powerShell = /^\/Date\((\d{1,15})\)\/$/;

/** .NET's unset date is in the year 1; no audit record is older than the services. */
const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(10_000, 0, 1);

/**
 * A time of a record as ISO 8601 in UTC with milliseconds: `2026-02-03T09:15:00.000Z`. A time without a zone is UTC (FACTS 7.5); a
 * longer fraction is cut. Undefined where it is no real time: the caller must not put the present in its place.
 */
export function readInstant(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const milliseconds = powerShell.exec(text)?.[1];
  if (milliseconds !== undefined) return written(Number(milliseconds));
  const parts = isoParts(text) ?? readCountryDate(text);
  return parts === undefined || parts === 'either-order' ? undefined : written(epochOf(parts));
}

/** Why `readInstant` reads nothing, and what to do about it. */
export function whyNoInstant(value: unknown): string {
  const text = textOf(value);
  if (text === undefined || asText(text) === undefined)
    return asText(value) === undefined ? 'missing' : 'no valid time';
  if (readCountryDate(text) === 'either-order') {
    return `a date in the format of a country, either day/month/year or month/day/year, and both fit; ${asIso}`;
  }
  return looksLikeCountryDate(text) && isoParts(text) === undefined
    ? `no valid time, or one in the format of a country that is not known here; ${asIso}`
    : 'no valid time';
}

const asIso = "export it as ISO 8601, such as with ToString('o')";

/** Windows PowerShell writes some dates as an object of the date and its words. */
function textOf(value: unknown): string | undefined {
  const written = asObject(value)?.['value'] ?? value;
  return typeof written === 'string' ? written.trim() : undefined;
}

function isoParts(text: string): DateParts | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? '0'),
    fraction,
    zone,
  };
}

/** NaN for an offset beyond any zone. */
function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 14 || minutes > 59) return NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** NaN where a part is out of range: `Date.UTC` alone would turn second 65 into the next minute. */
function epochOf(parts: DateParts): number {
  const { year, month, day, hour, minute, second, fraction, zone } = parts;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return NaN;
  const milliseconds = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  return Date.UTC(year, month - 1, day, hour, minute - offsetOf(zone), second, milliseconds);
}

function written(epoch: number): string | undefined {
  return epoch >= earliest && epoch < latest ? new Date(epoch).toISOString() : undefined;
}
