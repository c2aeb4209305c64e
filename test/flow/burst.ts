import {
  type AuditEvent,
  contoso,
  groupLicensing,
  licenceChange,
  licensedUsers,
} from '../builders/audit-event.ts';
import { graphAudit, type Raw } from '../builders/raw-audit.ts';

export { contoso };

const admin = {
  kind: 'user' as const,
  id: 'ad000000-0000-4000-8000-000000000001',
  upn: 'admin@contoso.com',
  ip: '192.0.2.7',
};
const script = {
  kind: 'application' as const,
  id: '5c000000-0000-4000-8000-000000000002',
  name: 'Licence script',
};

/**
 * Five records each for `users` people, newest facts `minutes` before `end`: some lose a licence through a group, some directly and get
 * it back, some never got it, some are moved to another product, some leave the company.
 */
export function burst(users: number, end: string): Raw[] {
  return Array.from({ length: users }, (_, index) =>
    eventsOf(index, Date.parse(end) - 50 * 60_000 + index * 1000),
  ).flatMap((events, index) => events.map((event, number) => graphAudit(identified(event, index, number))));
}

function identified(event: Partial<AuditEvent>, index: number, number: number): Partial<AuditEvent> {
  const serial = String(index).padStart(6, '0');
  const correlationId = `c0000000-0000-4000-8${String(number).padStart(3, '0')}-000000${serial}`;
  return {
    ...event,
    correlationId,
    id: `Directory_${correlationId}_${serial}`,
    user: { id: `0b000000-0000-4000-8000-000000${serial}`, upn: `person-${serial}@contoso.com` },
  };
}

function eventsOf(index: number, start: number): Partial<AuditEvent>[] {
  const at = (minute: number): string => new Date(start + minute * 60_000).toISOString();
  const membership = (activity: string, minute: number): Partial<AuditEvent> => ({
    at: at(minute),
    activity,
    by: admin,
    group: licensedUsers,
  });
  const change = (
    minute: number,
    before: string[],
    after: string[],
    by: AuditEvent['by'],
  ): Partial<AuditEvent> => ({
    at: at(minute),
    by,
    changes: [licenceChange(before, after)],
  });
  const noise = (minute: number): Partial<AuditEvent> => ({
    at: at(minute),
    activity: 'Update user',
    changes: [{ property: 'LastDirSyncTime', before: ['a'], after: ['b'] }],
  });
  const given = [membership('Add member to group', 0), change(1, [], ['SPE_E3'], groupLicensing)];
  switch (index % 5) {
    case 0:
      return [
        ...given,
        membership('Remove member from group', 10),
        change(11, ['SPE_E3'], [], groupLicensing),
        noise(12),
      ];
    case 1:
      return [
        change(1, [], ['SPE_E3'], admin),
        change(10, ['SPE_E3'], [], admin),
        change(20, [], ['SPE_E3'], admin),
        noise(21),
        noise(22),
      ];
    case 2:
      return [
        { ...change(1, [], ['SPE_E5'], script), outcome: 'failure', reason: 'CountViolation' },
        noise(2),
        noise(3),
        noise(4),
        noise(5),
      ];
    case 3:
      return [
        change(1, [], ['SPE_E3'], admin),
        change(10, ['SPE_E3'], ['SPE_E5'], admin),
        noise(2),
        noise(3),
        noise(4),
      ];
    default:
      return [
        change(1, [], ['SPE_E3', 'FLOW_FREE'], admin),
        {
          at: at(5),
          activity: 'Disable account',
          by: admin,
          changes: [{ property: 'AccountEnabled', before: [true], after: [false] }],
        },
        change(6, ['SPE_E3', 'FLOW_FREE'], [], admin),
        noise(7),
        noise(8),
      ];
  }
}
