/** An instant (ISO 8601) as people say it, with its zone: `3 Feb 2026, 10:15 CET`. */
export type Time = (at: string) => string;

/** The formatter is made once: making it takes longer than a thousand uses. */
export function timeIn(timeZone: string): Time {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  return (at) => format.format(new Date(at));
}
