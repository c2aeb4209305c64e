import { describe, expect, test } from '@jest/globals';
import { spendingOf } from '../../shared/services/throttle-classes.ts';

/** What FACTS 9 says, read once more. */
describe('what a call takes of which allowance', () => {
  test.each([
    ['/auditLogs/directoryAudits?$top=999', 'audit-logs', 1, 5, 10],
    ['/auditLogs/signIns', 'audit-logs', 1, 5, 10],
    ['/reports/authenticationMethods/userRegistrationDetails?$top=999', 'audit-logs', 1, 5, 10],
    ['/identity/conditionalAccess/policies', 'conditional-access', 1, 1, 1],
    ['/identityProtection/riskyUsers', 'conditional-access', 1, 1, 1],
    ["/reports/getMailboxUsageDetail(period='D7')", 'usage-reports-getMailboxUsageDetail', 1, 14, 600],
    ['/users?$select=id', 'identity', 2, 3500, 10],
    ['/users/42/licenseDetails', 'identity', 2, 3500, 10],
    ['/subscribedSkus', 'identity', 3, 3500, 10],
    ['/groups/42/members?$top=999', 'identity', 3, 3500, 10],
    ['/groups/42/transitiveMembers', 'identity', 5, 3500, 10],
    ['/directoryObjects/getByIds', 'identity', 5, 3500, 10],
    ['/groups/42', 'identity', 1, 3500, 10],
    ['/something/new', 'identity', 1, 3500, 10],
  ])('Graph %s', (path, allowance, cost, units, seconds) => {
    expect(spendingOf('graph', path)).toMatchObject({ allowance, cost, units, seconds });
  });

  test('each usage report has an allowance of its own', () => {
    const one = spendingOf('graph', "/reports/getMailboxUsageDetail(period='D7')")?.allowance;
    expect(spendingOf('graph', "/reports/getMailboxUsageDetail(period='D30')")?.allowance).toBe(one);
    expect(spendingOf('graph', "/reports/getOffice365ActiveUserDetail(period='D7')")?.allowance).not.toBe(
      one,
    );
  });

  test('the Activity API is counted by each instance: two sources at once stay within 2,000 a minute', () => {
    const spending = spendingOf('activity', '/api/v1.0/tenant/activity/feed/subscriptions/content');
    expect(spending).toMatchObject({ allowance: 'activity', eachInstance: true, seconds: 60 });
    expect(2 * (spending?.units ?? Infinity)).toBeLessThanOrEqual(2000);
  });
});
