import { rules } from '#rules';
import { describe, expect, test } from '@jest/globals';
import { createAwaitingCause, createOpenAlerts } from '../../shared/alert/alert-looks.ts';
import { recordAlerts } from '../../shared/alert/record-alerts.ts';
import { everyAlert } from '../../shared/alert/alert-store.ts';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { deliverNotices } from '../../shared/deliver/deliver-notices.ts';
import type { DeliveryOutcome } from '../../shared/deliver/channel-sender.ts';
import { evaluateSubjects } from '../../shared/evaluate/evaluate-subjects.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { recordSignals } from '../../shared/remember/record-signals.ts';
import type { SnapshotStore } from '../../shared/state/snapshot-store.ts';
import { deliveryInMemory } from '../builders/delivery.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemorySnapshotStore } from '../builders/memory-snapshot-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { channelSettings, contoso, storedAlert } from '../builders/stored-alert.ts';

const anna = storedAlert({ id: 'anna' });
const ben = storedAlert({ id: 'ben' });
const gone: DeliveryOutcome = { kind: 'refused', reason: 'channel licences answered 404', ended: true };
const bad: DeliveryOutcome = { kind: 'refused', reason: 'channel licences answered 400', ended: false };

const withFallback = [
  channelSettings({ fallback: 'second' }),
  channelSettings({ id: 'second', match: { rule: ['nothing'] } }),
];

type Delivery = ReturnType<typeof deliveryInMemory>;

async function storeAndDeliver(delivery: Delivery, alert: StoredAlert): Promise<void> {
  await delivery.store(alert, {});
  await delivery.deliver(delivery.message());
  await settle(delivery);
}

const snapshotsOf = new WeakMap<Delivery, SnapshotStore>();

/** Notices, and what delivery says of channels, until nothing is left; a loop between the two would never end. */
async function settle(delivery: Delivery): Promise<void> {
  const snapshots = snapshotsOf.get(delivery) ?? createMemorySnapshotStore();
  snapshotsOf.set(delivery, snapshots);
  const { alerts, queues } = delivery;
  const ports = {
    ...delivery.ports,
    snapshots,
    timeline: createMemoryTimelineStore(),
    coverage: createMemoryCoverageStore(),
    openAlerts: createOpenAlerts(alerts),
    awaitingCause: createAwaitingCause(alerts),
  };
  const { settingsOf } = ruleSettings(rules, {});
  for (let round = 0; round < 20; round += 1) {
    await delivery.drain();
    const signals = queues.take('signals');
    if (signals.length === 0) return;
    for (const { envelope } of signals) await recordSignals(envelope, false, ports, { rules });
    for (const { envelope } of queues.take('evaluate-operations')) {
      await evaluateSubjects('operations', envelope, false, ports, {
        rules,
        settingsOf,
        latestArrivalMinutes: 1440,
        program: 'test',
      });
    }
    for (const { envelope } of queues.take('verdicts')) {
      await recordAlerts(envelope, delivery.ports, { channels: delivery.settings.channels, groupSeconds: 0 });
    }
  }
  throw new Error('delivery does not come to rest');
}

async function failing(delivery: Delivery): Promise<StoredAlert[]> {
  const found: StoredAlert[] = [];
  for await (const alert of everyAlert(delivery.alerts, {
    tenantIds: [contoso],
    rule: 'delivery-failing',
  })) {
    found.push(alert);
  }
  return found;
}

const told = (delivery: Delivery): string[] => delivery.posted.map(({ channel }) => channel);

describe('a channel that was gone comes back', () => {
  test('at once, when its URL is corrected', async () => {
    const delivery = deliveryInMemory();
    delivery.answers.set('licences', () => gone);
    await storeAndDeliver(delivery, anna);
    expect(delivery.posted).toEqual([]);

    delivery.answers.delete('licences');
    delivery.urls.set('licences', 'another URL');
    delivery.pass(60);
    await storeAndDeliver(delivery, ben);
    expect(told(delivery)).toEqual(['licences']);
    const { state } = await delivery.notices.readChannel('licences');
    expect(state).not.toHaveProperty('brokenSince');
    expect(state).not.toHaveProperty('brokenUrl');
  });

  test('within an hour, when it was repaired where it is: the next notice tests it', async () => {
    const delivery = deliveryInMemory({ channels: withFallback });
    let tried = 0;
    delivery.answers.set('licences', () => {
      tried += 1;
      return tried < 3 ? gone : { kind: 'done' };
    });
    await storeAndDeliver(delivery, anna);
    for (const id of ['b', 'c', 'd']) await storeAndDeliver(delivery, storedAlert({ id }));
    expect(tried).toBe(1);
    delivery.pass(3600);
    await storeAndDeliver(delivery, storedAlert({ id: 'e' }));
    expect(tried).toBe(2);
    expect((await delivery.notices.readChannel('licences')).state.brokenSince).toBe(
      '2026-02-03T10:00:00.000Z',
    );
    delivery.pass(3600);
    await storeAndDeliver(delivery, storedAlert({ id: 'f' }));
    expect(tried).toBe(3);
    expect((await delivery.notices.readChannel('licences')).state).not.toHaveProperty('brokenSince');
    expect(await delivery.noticesOf('f')).toMatchObject([{ channel: 'licences', outcome: 'sent' }]);
  });

  test('as early as the settings say', async () => {
    const delivery = deliveryInMemory({ testAgainSeconds: 30 });
    let tried = 0;
    delivery.answers.set('licences', () => {
      tried += 1;
      return gone;
    });
    await storeAndDeliver(delivery, anna);
    delivery.pass(30);
    await storeAndDeliver(delivery, ben);
    expect(tried).toBe(2);
  });
});

describe('a channel that refuses is told', () => {
  test('in its fallback, once however many notices it refuses', async () => {
    const delivery = deliveryInMemory({ channels: withFallback });
    delivery.answers.set('licences', () => gone);
    await storeAndDeliver(delivery, anna);
    await storeAndDeliver(delivery, ben);
    expect(await failing(delivery)).toMatchObject([
      {
        status: 'open',
        severity: 'high',
        subject: { kind: 'channel', id: 'licences' },
        notices: [{ channel: 'second', reason: 'opened', outcome: 'sent' }],
      },
    ]);
    expect(delivery.posted.filter(({ text }) => text.includes('does not take notices'))).toHaveLength(1);
  });

  test('and told again when it takes a post', async () => {
    const delivery = deliveryInMemory({ channels: withFallback });
    delivery.answers.set('licences', () => gone);
    await storeAndDeliver(delivery, anna);
    delivery.answers.delete('licences');
    delivery.urls.set('licences', 'another URL');
    delivery.pass(60);
    await storeAndDeliver(delivery, ben);
    expect(await failing(delivery)).toMatchObject([
      { status: 'resolved', notices: [{ reason: 'opened' }, { channel: 'second', reason: 'resolved' }] },
    ]);
  });

  test('in each tenant whose notices it refuses', async () => {
    const delivery = deliveryInMemory({ channels: withFallback });
    delivery.answers.set('licences', () => gone);
    await delivery.store(anna, {});
    await delivery.store(storedAlert({ id: 'eve', tenantId: 'fabrikam' }), {});
    await delivery.deliver(delivery.message());
    const tenants = delivery.queues.messages('signals').map(({ envelope }) => envelope.tenantId);
    expect(tenants.sort()).toEqual([contoso, 'fabrikam'].sort());
  });

  test('before anything is marked as refused: a state that cannot be sent keeps the notice waiting', async () => {
    const delivery = deliveryInMemory();
    delivery.answers.set('licences', () => gone);
    await delivery.store(anna, {});
    const queues = { ...delivery.queues, send: () => Promise.reject(new Error('storage is away')) };
    await expect(
      deliverNotices(delivery.message(), { ...delivery.ports, queues }, delivery.settings),
    ).rejects.toThrow('storage is away');
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'waiting' }]);
    delivery.pass(90);
    await delivery.deliver(delivery.message());
    await settle(delivery);
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'refused' }]);
    expect(await failing(delivery)).toHaveLength(1);
  });

  test('nowhere but in the list where there is no other channel', async () => {
    const delivery = deliveryInMemory();
    delivery.answers.set('licences', () => gone);
    await storeAndDeliver(delivery, anna);
    expect(await failing(delivery)).toMatchObject([{ status: 'open', notices: [] }]);
  });

  test.each([
    ['are gone', gone],
    ['refuse every card', bad],
  ])('and comes to rest where all channels %s', async (_what, outcome) => {
    const channels = [
      channelSettings({ fallback: 'second' }),
      channelSettings({ id: 'second', fallback: 'third' }),
      channelSettings({ id: 'third', fallback: 'licences' }),
    ];
    const delivery = deliveryInMemory({ channels });
    for (const { id } of channels) delivery.answers.set(id, () => outcome);
    await storeAndDeliver(delivery, anna);
    const alerts = await failing(delivery);
    expect(alerts.map(({ subject }) => subject.id).sort()).toEqual(['licences', 'second', 'third']);
    for (const { subject, notices } of alerts) {
      expect(notices.map(({ channel }) => channel)).not.toContain(subject.id);
      expect(notices.every((notice) => notice.outcome === 'refused')).toBe(true);
    }
    for (const { id } of channels) expect(await delivery.waiting(id)).toEqual([]);
  });
});

describe('a card that is refused', () => {
  test('is tried again, later each time, and arrives where the channel takes it after all', async () => {
    const delivery = deliveryInMemory({ channels: withFallback });
    const at: string[] = [];
    delivery.answers.set('licences', () => {
      at.push(delivery.now().slice(11, 19));
      return at.length < 4 ? bad : { kind: 'done' };
    });
    await storeAndDeliver(delivery, anna);
    expect(at).toEqual(['10:00:00', '10:00:30', '10:01:30', '10:03:30']);
    expect(told(delivery)).toEqual(['licences']);
    expect(await failing(delivery)).toEqual([]);
  });

  test('five times goes to the fallback, and an alert says so', async () => {
    const delivery = deliveryInMemory({ channels: withFallback });
    let tried = 0;
    delivery.answers.set('licences', () => {
      tried += 1;
      return bad;
    });
    await storeAndDeliver(delivery, anna);
    expect(tried).toBe(5);
    expect(await delivery.noticesOf('anna')).toMatchObject([
      { channel: 'licences', outcome: 'refused' },
      { channel: 'second', outcome: 'sent' },
    ]);
    expect(await failing(delivery)).toMatchObject([{ status: 'open', subject: { id: 'licences' } }]);
  });

  test('is not given up sooner because the channel was away before', async () => {
    const delivery = deliveryInMemory();
    let tried = 0;
    delivery.answers.set('licences', () => {
      tried += 1;
      if (tried <= 6) return { kind: 'retry', reason: 'channel licences answered 503' };
      return tried <= 8 ? bad : { kind: 'done' };
    });
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.drain();
    expect(told(delivery)).toEqual(['licences']);
  });
});
