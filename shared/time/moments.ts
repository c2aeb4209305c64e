/** ISO 8601 in UTC with milliseconds, so that text compares as time. */
export function minutesAfter(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString();
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** For people: `3 February 2026 09:15 UTC`. */
export function writtenMoment(at: string): string {
  const date = new Date(Date.parse(at));
  const [hours, minutes] = [date.getUTCHours(), date.getUTCMinutes()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const month = months[date.getUTCMonth()] ?? '';
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()} ${hours ?? ''}:${minutes ?? ''} UTC`;
}
