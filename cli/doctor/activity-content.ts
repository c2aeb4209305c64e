import type { ActivitySubscription } from '../../shared/services/activity-api.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { Line } from './check.ts';

/** What is collected of the unified audit log. */
const contentTypes = ['Audit.AzureActiveDirectory', 'Audit.Exchange'] as const;

/** Whether the tenant gives out the content that is collected; nothing of the time in which a type is off ever comes (FACTS 7.2). */
export function judgeContentTypes(listed: ReadOutcome<ActivitySubscription[]>): Line[] {
  if (listed.kind !== 'read') {
    const because =
      listed.kind === 'refused' && listed.permission !== undefined
        ? `the permission ${listed.permission} is missing`
        : listed.reason;
    const means = `not known whether the content of the unified audit log is started: ${because}`;
    return [{ status: 'warn', means, mend: 'the lines about token and permissions above say what to do' }];
  }
  return contentTypes.map((contentType): Line => {
    const subscription = listed.value.find((one) => one.contentType === contentType);
    if (subscription === undefined) {
      return {
        subject: contentType,
        status: 'warn',
        means: 'not started yet: nothing of it is read until it is; its first records take up to 12 hours',
        mend: 'the next collection starts it, within five minutes; where it does not, unified auditing is off: purview.microsoft.com > Audit > Start recording user and admin activity',
      };
    }
    if (subscription.enabled) return { subject: contentType, status: 'ok', means: 'started' };
    return {
      subject: contentType,
      status: 'fail',
      means:
        'stopped, or disabled by an administrator: what happens until it is started again can never be read',
      mend: 'the next collection starts it again, within five minutes; where an administrator or Microsoft disabled it (AF20023 under Collection), he must enable it',
    };
  });
}
