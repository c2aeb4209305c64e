import type { TimelineSubject } from '../timeline/fact.ts';

/** `Office 365 E3, Visio Plan 2 and 3 more`: all of them where they are few. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.length <= most + 1 ? names : names.slice(0, most);
  const rest = names.length - shown.length;
  const parts = rest === 0 ? shown : [...shown, `${String(rest)} more`];
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

/** What people call the subject: his UPN, else his id. */
export function nameOf({ name, id }: TimelineSubject): string {
  return name ?? id;
}
