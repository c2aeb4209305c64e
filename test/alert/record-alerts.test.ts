import { describe, expect, test } from '@jest/globals';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { everyAlert } from '../../shared/alert/alert-store.ts';
import { recordAlerts, type RecordAlertsPorts } from '../../shared/alert/record-alerts.ts';
import { envelopeVersion, NotAnEnvelope } from '../../shared/envelope.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import type { LogFields } from '../../shared/ports.ts';
import type { WaitingNotice } from '../../shared/alert/waiting-notices.ts';
import { tenantId, userId } from '../builders/fact.ts';
import { type Failure, failingPorts } from '../builders/failing-ports.ts';
import { finding, firing, rowsSeen } from '../builders/finding.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { channelSettings } from '../builders/stored-alert.ts';

const now = '2026-02-03T09:30:00.000Z';
const settings = {
  channels: [channelSettings(), channelSettings({ id: 'critical-only', match: { severity: ['critical'] } })],
  groupSeconds: 60,
};

function setUp() {
  const logged: [string, LogFields | undefined][] = [];
  const log = (message: string, fields?: LogFields): void => void logged.push([message, fields]);
  const queues = createMemoryQueues();
  const ports = {
    alerts: createMemoryAlertStore(),
    notices: createMemoryNoticeStore(),
    queues,
    oversize: queues,
    clock: { now: () => new Date(now) },
    log: { info: log, warn: log, error: log },
  } satisfies RecordAlertsPorts;
  return { ports, queues, logged };
}

function message(...items: unknown[]): unknown {
  return { v: envelopeVersion, tenantId, kind: 'findings', items };
}

async function stored({ alerts }: Pick<RecordAlertsPorts, 'alerts'>): Promise<StoredAlert[]> {
  const all: StoredAlert[] = [];
  for await (const alert of everyAlert(alerts, { tenantIds: [tenantId] })) all.push(alert);
  return all.sort((left, right) => left.subject.id.length - right.subject.id.length);
}

async function waiting({ notices }: Pick<RecordAlertsPorts, 'notices'>): Promise<WaitingNotice[]> {
  const all: WaitingNotice[] = [];
  for await (const notice of notices.listWaiting('licences')) all.push(notice);
  return all;
}

const other: Finding = finding({
  subject: { kind: 'user', id: `${userId}-2`, name: 'alex@contoso.com' },
});
const over = finding({ state: 'clear', basis: rowsSeen(2), resolvedAt: '2026-02-03T10:00:00.000Z' });

describe('recording findings', () => {
  test('stores the alert with its notice, puts it before the channel, and wakes the channel once', async () => {
    const { ports, queues } = setUp();
    await recordAlerts(message(finding(), other), ports, settings);
    expect(await stored(ports)).toMatchObject([
      { id: finding().fingerprint, status: 'open', notices: [{ channel: 'licences', reason: 'opened' }] },
      { id: other.fingerprint, status: 'open', notices: [{ channel: 'licences', outcome: 'waiting' }] },
    ]);
    expect(await waiting(ports)).toMatchObject([
      { alertId: finding().fingerprint, reason: 'opened', tenantId, at: now },
      { alertId: other.fingerprint },
    ]);
    expect(queues.messages('notices')).toEqual([
      {
        delaySeconds: 60,
        envelope: {
          v: envelopeVersion,
          tenantId,
          kind: 'notices-waiting',
          items: [{ channel: 'licences' }],
        },
      },
    ]);
  });

  test('again changes neither alert nor notices', async () => {
    const { ports } = setUp();
    await recordAlerts(message(finding()), ports, settings);
    const before = [await stored(ports), await waiting(ports)];
    await recordAlerts(message(finding(), finding()), ports, settings);
    expect([await stored(ports), await waiting(ports)]).toEqual(before);
  });

  test('of what never fired stores nothing', async () => {
    const { ports, queues } = setUp();
    const { firing: _, openedAt: __, ...never } = finding({ state: 'clear', episode: 0 });
    await recordAlerts(message(never), ports, settings);
    expect(await stored(ports)).toEqual([]);
    expect(queues.messages('notices')).toEqual([]);
  });

  test('sends a notice without outcome again whenever its alert is touched', async () => {
    const { ports, queues } = setUp();
    await recordAlerts(message(finding()), ports, settings);
    const [notice] = await waiting(ports);
    await ports.notices.removeWaiting('licences', [notice?.key ?? '']);
    queues.take('notices');
    await recordAlerts(message(finding({ basis: rowsSeen(0) })), ports, settings);
    expect(await waiting(ports)).toEqual([notice]);
    expect(queues.messages('notices')).toHaveLength(1);
  });

  test('leaves alone what was sent', async () => {
    const { ports, queues } = setUp();
    await recordAlerts(message(finding()), ports, settings);
    const found = await ports.alerts.get(tenantId, finding().fingerprint);
    if (found === undefined) throw new Error('the alert is stored');
    const notices = found.alert.notices.map((notice) => ({ ...notice, outcome: 'sent' as const }));
    await ports.alerts.save({ ...found.alert, notices }, found);
    await ports.notices.removeWaiting(
      'licences',
      notices.map(({ key }) => key),
    );
    queues.take('notices');
    await recordAlerts(message(finding()), ports, settings);
    expect(await waiting(ports)).toEqual([]);
    expect(queues.messages('notices')).toEqual([]);
    await recordAlerts(message(over), ports, settings);
    expect(await waiting(ports)).toMatchObject([{ reason: 'resolved' }]);
  });

  test('decides again where somebody else wrote in between', async () => {
    const { ports } = setUp();
    await recordAlerts(message(finding({ basis: rowsSeen(0) })), ports, settings);
    let disturbed = false;
    const commands = [{ kind: 'acknowledge' as const, at: '2026-02-03T10:00:00.000Z' }];
    const alerts: RecordAlertsPorts['alerts'] = {
      ...ports.alerts,
      async save(alert, read) {
        if (!disturbed) {
          disturbed = true;
          const found = await ports.alerts.get(tenantId, alert.id);
          if (found !== undefined) {
            await ports.alerts.save({ ...found.alert, status: 'acknowledged', commands }, found);
          }
        }
        return ports.alerts.save(alert, read);
      },
    };
    const worse = finding({ firing: firing({ extent: ['a', 'b'] }) });
    await recordAlerts(message(worse), { ...ports, alerts }, settings);
    expect(await stored(ports)).toMatchObject([{ status: 'acknowledged', commands, extent: ['a', 'b'] }]);
  });

  test('gives up where it never comes to write, so that the queue tries again', async () => {
    const { ports } = setUp();
    const alerts = { ...ports.alerts, save: () => Promise.resolve('changed' as const) };
    await expect(recordAlerts(message(finding()), { ...ports, alerts }, settings)).rejects.toThrow(
      '1 of 1 findings could not be recorded',
    );
  });

  test('handles what can be handled before it fails for what cannot', async () => {
    const { ports, queues } = setUp();
    const bad = { ...finding(), fingerprint: 'no-hash' };
    await expect(recordAlerts(message(bad, other), ports, settings)).rejects.toThrow(
      '1 of 2 findings could not be recorded',
    );
    expect(await stored(ports)).toMatchObject([{ id: other.fingerprint }]);
    expect(queues.messages('notices')).toHaveLength(1);
  });

  test('fetches a finding that was too large for its message', async () => {
    const { ports, queues } = setUp();
    const large = finding({ firing: firing({ facts: { padding: 'x'.repeat(60_000) } }) });
    await queues.send('verdicts', tenantId, 'findings', [large]);
    const [sent] = queues.take('verdicts');
    await recordAlerts(sent?.envelope, ports, settings);
    expect(await stored(ports)).toMatchObject([{ id: large.fingerprint }]);
  });

  test('logs every decision with its reason and nothing of the content', async () => {
    const { ports, logged } = setUp();
    await recordAlerts(message(finding(), finding({ basis: rowsSeen(0) })), ports, settings);
    expect(logged).toMatchObject([
      [
        'alert recorded',
        { fingerprint: finding().fingerprint, ruleId: 'licence/licence-lost', reason: 'opened' },
      ],
      ['finding ignored', { reason: 'computed from less than the alert has seen' }],
    ]);
    expect(JSON.stringify(logged)).not.toContain('adele');
  });

  test.each([
    ['no envelope', 'hello', NotAnEnvelope],
    ['a later version', { v: 2, tenantId, kind: 'findings', items: [] }, NotAnEnvelope],
    ['another kind', { v: 1, tenantId, kind: 'audit-records', items: [] }, Error],
  ])('refuses %s', async (_, body, error) => {
    await expect(recordAlerts(body, setUp().ports, settings)).rejects.toThrow(error);
  });
});

describe('wherever a store or queue fails once', () => {
  const messages = [message(finding({ basis: rowsSeen(1) }), other), message(over)];

  async function run(failure?: Failure) {
    const { ports, queues } = setUp();
    const failing = failingPorts<RecordAlertsPorts>(ports, failure);
    let failed = 0;
    for (const each of messages) {
      try {
        await recordAlerts(each, failing.ports, settings);
      } catch {
        failed += 1;
        await recordAlerts(each, failing.ports, settings);
      }
    }
    const woken = new Set(queues.messages('notices').map(({ envelope }) => JSON.stringify(envelope)));
    return {
      failed,
      calls: failing.calls(),
      outcome: {
        alerts: await stored(ports),
        waiting: (await waiting(ports)).sort((left, right) => (left.key < right.key ? -1 : 1)),
        woken: [...woken],
      },
    };
  }

  test('handling the message again gives the same alerts and notices, and the channel is woken', async () => {
    const undisturbed = await run();
    expect(undisturbed.outcome.waiting.map(({ reason }) => reason).sort()).toEqual([
      'opened',
      'opened',
      'resolved',
    ]);
    for (let call = 1; call <= undisturbed.calls; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        const { outcome, failed } = await run({ call, moment });
        expect({ call, moment, failed, ...outcome }).toEqual({
          call,
          moment,
          failed: 1,
          ...undisturbed.outcome,
        });
      }
    }
  });
});
