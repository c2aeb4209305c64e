import type { CauseKind } from './explanation.ts';

/** The kind of a cause in a few words, behind a colon: `Licence lost: removed from a group`. */
export const causeWords = {
  'removed-directly': 'removed directly',
  'removed-from-group': 'removed from a group',
  'group-licence-edited': 'licences of a group edited',
  'group-deleted': 'group deleted',
  'group-processing-failed': 'group licensing failed',
  'assignment-failed': 'assignment failed',
  'subscription-lapsed': 'subscription lapsed',
  'account-deleted': 'account deleted',
  'plan-switched-off': 'service plan switched off',
  'moved-between-licences': 'moved between licences',
  'not-logged': 'no record of it in either log',
  pending: 'cause not known yet',
} as const satisfies Record<CauseKind, string>;

/** What a cause was carried out by, where it says that nobody decided it. */
export const carriedOutBy: Partial<Record<CauseKind, string>> = {
  'subscription-lapsed': "Microsoft's subscription service",
};
