import type { StoredAlert, StoredNotice } from '../../shared/alert/alert.ts';
import { alertFrom } from '../../shared/alert/alert-content.ts';
import { finding } from './finding.ts';

/** An open alert about a lost licence that nobody has been told of yet. */
export function storedAlert(overrides: Partial<StoredAlert> = {}): StoredAlert {
  const alert = alertFrom(finding());
  if (alert === undefined) throw new Error('the finding fires');
  return { ...alert, ...overrides };
}

export function storedNotice(overrides: Partial<StoredNotice> = {}): StoredNotice {
  const { channel = 'licences', reason = 'opened' } = overrides;
  return {
    key: `${channel}-${reason}`,
    channel,
    reason,
    at: '2026-02-03T09:21:00.000Z',
    outcome: 'sent',
    ...overrides,
  };
}
