/** An instant (ISO 8601) as people say it, with its zone: `3 Feb 2026, 10:15 CET`. A text that is no time stays as it is. */
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
  return (at) => {
    const instant = new Date(at);
    return Number.isNaN(instant.getTime()) ? at : format.format(instant);
  };
}

/** What a person of the channel would say. */
export function channelTime(at: string, timeZone: string): string {
  return timeIn(timeZone)(at);
}
