const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/**
 * As the Log Analytics portal writes it into CSV: `8/2/2021, 1:29:25.983 PM`. Only with a capital AM or PM, which is English (US)
 * and so month first; other locales write the day first and could not be told apart.
 */
const unitedStates = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))? (AM|PM)$/;

/** How Windows PowerShell's ConvertTo-Json writes a date. */
const powerShell = /^\/Date\((\d{1,15})\)\/$/;

/** .NET's unset date is in the year 1; no audit record is older than the services. */
const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(10_000, 0, 1);

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fraction: string | undefined;
  offsetMinutes: number;
}

/**
 * A time of a record as ISO 8601 in UTC with milliseconds: `2026-02-03T09:15:00.000Z`. A time without a zone is UTC (FACTS 7.5); a
 * longer fraction is cut. Undefined where it is no real time: the caller must not put the present in its place.
 */
export function readInstant(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const milliseconds = powerShell.exec(text)?.[1];
  if (milliseconds !== undefined) return written(Number(milliseconds));
  const parts = isoParts(text) ?? unitedStatesParts(text);
  return parts === undefined ? undefined : written(epochOf(parts));
}

function isoParts(text: string): Parts | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const offsetMinutes = offsetOf(zone);
  if (offsetMinutes === undefined) return undefined;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? '0'),
    fraction,
    offsetMinutes,
  };
}

function unitedStatesParts(text: string): Parts | undefined {
  const match = unitedStates.exec(text);
  if (match === null) return undefined;
  const [, month, day, year, hour, minute, second, fraction, half] = match;
  const hourOfHalf = Number(hour);
  if (hourOfHalf < 1 || hourOfHalf > 12) return undefined;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: (hourOfHalf % 12) + (half === 'PM' ? 12 : 0),
    minute: Number(minute),
    second: Number(second),
    fraction,
    offsetMinutes: 0,
  };
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** NaN where a part is out of range: `Date.UTC` alone would turn second 65 into the next minute. */
function epochOf(parts: Parts): number {
  const { year, month, day, hour, minute, second, fraction, offsetMinutes } = parts;
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return NaN;
  const milliseconds = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  return Date.UTC(year, month - 1, day, hour, minute - offsetMinutes, second, milliseconds);
}

function written(epoch: number): string | undefined {
  return epoch >= earliest && epoch < latest ? new Date(epoch).toISOString() : undefined;
}
