import { writtenMoment } from '../../time/moments.ts';
import type { MailboxConverted } from '../../timeline/fact.ts';

/** Why nothing is said of a mailbox whose plan is gone; empty where the mailbox is a user's. */
export function freedMailboxText(conversion: MailboxConverted | undefined): string {
  if (conversion === undefined) return '';
  const { at, mailbox } = conversion;
  const since = `since ${writtenMoment(at)}`;
  return mailbox === 'shared'
    ? `The mailbox is a shared one ${since} and needs no licence while it is smaller than 50 GB and has neither archive nor hold.`
    : `The mailbox is that of ${mailbox === 'room' ? 'a room' : 'equipment'} ${since} and needs no licence.`;
}
