import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { DeliveryPorts, DeliverySettings } from './delivery.ts';
import { retryDelaySeconds, secondsAfter } from './due.ts';

/** A clock that is a little behind must not find that it is too early. */
const marginSeconds = 5;

/** A notice whose alert could not be read or written. */
export interface AtFault {
  row: WaitingNotice;
  /** Where it was told already. */
  sent?: { at: string; sequence: number } | undefined;
  error: unknown;
}

/**
 * Notices whose own alert is at fault (its row cannot be read, is too large, or is being changed all the time) are left aside and looked at
 * again later, later each time, at most an hour: the rest of the channel goes on. Where it is storage that fails, this fails too.
 */
export async function setAside(
  channel: string,
  atFault: readonly AtFault[],
  { notices, queues, clock, log }: Pick<DeliveryPorts, 'notices' | 'queues' | 'clock' | 'log'>,
  { retrySeconds }: Pick<DeliverySettings, 'retrySeconds'>,
): Promise<void> {
  const [first] = atFault;
  if (first === undefined) return;
  const now = clock.now().toISOString();
  const delays = atFault.map(({ row }) => retryDelaySeconds(retrySeconds, row.aside?.attempt ?? 0));
  const rows = atFault.map(({ row, sent }, index): WaitingNotice => {
    const told = sent ?? row.aside?.sent;
    const aside = {
      until: secondsAfter(now, delays[index] ?? 0),
      attempt: (row.aside?.attempt ?? 0) + 1,
      ...(told === undefined ? {} : { sent: told }),
    };
    return { ...row, aside };
  });
  // Whoever looks again is on his way before anything is left aside.
  await queues.send('notices', first.row.tenantId, 'notices-waiting', [{ channel }], {
    delaySeconds: Math.max(...delays) + marginSeconds,
  });
  await notices.setAside(channel, rows);
  const alerts = new Map(atFault.map((each) => [each.row.alertId, each]));
  for (const [fingerprint, { row, error }] of alerts) {
    log.error('notices of an alert are set aside', {
      stage: 'deliver',
      channel,
      tenantId: row.tenantId,
      fingerprint,
      attempt: (row.aside?.attempt ?? 0) + 1,
      reason: error instanceof Error ? error.name : 'unknown',
    });
  }
  log.warn('a channel goes on without the notices of some alerts', {
    stage: 'deliver',
    channel,
    alerts: alerts.size,
    notices: rows.length,
  });
}
