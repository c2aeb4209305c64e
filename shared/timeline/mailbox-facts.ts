import { mailboxTypeProperty } from '../ingest/mailbox-conversion.ts';
import type { AuditRecord } from '../ingest/audit-record.ts';
import { factBase } from './fact-base.ts';
import { type MailboxConverted, mailboxKinds } from './fact.ts';
import { joinOccurrences } from './occurrences.ts';
import type { JoinedRecord } from './sequences.ts';
import { userOf } from './subjects.ts';
import type { UserAliases } from './subjects.ts';

/** A mailbox became another kind of mailbox. Only what is known to have worked did. */
export function mailboxFacts(records: readonly JoinedRecord[], aliases: UserAliases): MailboxConverted[] {
  const told = records.flatMap(({ record, parts }) => {
    const user = userOf(record, aliases);
    const mailbox = kindIn(record);
    if (user === undefined || mailbox === undefined || record.outcome !== 'success') return [];
    return [{ item: mailbox, key: [mailbox, user], record, parts }];
  });
  return joinOccurrences(told).map(({ item: mailbox, records: same }) => ({
    kind: 'mailbox-converted',
    ...factBase(same, true),
    mailbox,
  }));
}

function kindIn({ activity, change }: AuditRecord): MailboxConverted['mailbox'] | undefined {
  if (activity.toLowerCase() !== 'set-mailbox') return undefined;
  const after = change.find(({ property }) => property === mailboxTypeProperty)?.after;
  return mailboxKinds.find((kind) => kind === after);
}
