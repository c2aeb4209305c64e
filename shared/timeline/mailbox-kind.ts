import type { Fact, MailboxConverted } from './fact.ts';

/**
 * The conversion by which the mailbox needs no licence now: a shared, room or equipment mailbox neither goes offline nor is deleted without
 * one (FACTS 4.4). Undefined where the last conversion made a user's mailbox of it again, and where none is known.
 */
export function freeingConversion(facts: readonly Fact[]): MailboxConverted | undefined {
  const last = lastConversion(facts);
  return last === undefined || last.mailbox === 'user' ? undefined : last;
}

/** What a mailbox is hangs on this fact alone. */
export function lastConversion(facts: readonly Fact[]): MailboxConverted | undefined {
  return facts.filter((fact) => fact.kind === 'mailbox-converted').at(-1);
}
