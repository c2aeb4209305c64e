/** What was looked at, in the order in which it is told. */
export type CheckName =
  | 'settings'
  | 'storage'
  | 'token'
  | 'permission'
  | 'entra-premium'
  | 'report-names'
  | 'activity-content'
  | 'public-url'
  | 'handshake'
  | 'sign-in'
  | 'access'
  | 'channel'
  | 'clock'
  | 'queue'
  | 'poison'
  | 'collection'
  | 'functions'
  | 'version';

/** `skip`: it was not looked at, on purpose or because something else comes first; that says neither well nor ill of it. */
export type Status = 'ok' | 'skip' | 'warn' | 'fail';

/** One line of the diagnosis. Its texts hold no secret: no value of a setting, no token, no URL with a signature. */
export interface Check {
  check: CheckName;
  /** The setting, service, permission, channel, queue or source that it speaks of. */
  subject?: string;
  /** Where it is about one watched tenant. */
  tenant?: { id: string; name: string };
  status: Status;
  /** What was found and what it means, as a sentence without a full stop. */
  means: string;
  /** The command or step that mends it, or shows more. */
  mend?: string;
}

/** A check without what its examination knows already. */
export type Line = Pick<Check, 'subject' | 'status' | 'means' | 'mend'>;

export function linesOf(check: CheckName, lines: readonly Line[], tenant?: Check['tenant']): Check[] {
  return lines.map((line) => ({ check, ...line, ...(tenant === undefined ? {} : { tenant }) }));
}
