import { describe, expect, test } from '@jest/globals';
import { createAlertTable } from '../../shared/adapters/alert-table.ts';
import { createNoticeTable } from '../../shared/adapters/notice-table.ts';
import type { AlertStore } from '../../shared/alert/alert-store.ts';
import { withNotices } from '../../shared/alert/notices.ts';
import { deliverNotices } from '../../shared/deliver/deliver-notices.ts';
import type { DeliveryPorts } from '../../shared/deliver/delivery.ts';
import { azuriteConnection, collected, freshName } from '../contract/azurite-storage.ts';
import { deliveryInMemory } from '../builders/delivery.ts';
import {
  channelSettings,
  contoso,
  storedAlert,
  storedNotice,
  waitingNotice,
} from '../builders/stored-alert.ts';
import { watchedTable } from '../builders/watched-table.ts';

const connection = azuriteConnection();
const fabrikam = '22222222-3333-4333-8444-555555555555';
const anna = storedAlert({ id: 'anna' });
const ben = storedAlert({
  id: 'ben',
  tenantId: fabrikam,
  subject: { kind: 'user', id: 'b', name: 'ben@fabrikam.com' },
});

class RowUnreadable extends Error {
  override name = 'RowUnreadable';
}

function failingFor(id: string, alerts: AlertStore, call: 'get' | 'save', error: () => Error): AlertStore {
  return call === 'get'
    ? { ...alerts, get: (tenant, each) => (each === id ? Promise.reject(error()) : alerts.get(tenant, each)) }
    : {
        ...alerts,
        save: (alert, read) => (alert.id === id ? Promise.reject(error()) : alerts.save(alert, read)),
      };
}

describe('an alert at fault', () => {
  test('that cannot be read is left aside, and the rest of the card goes out', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    await delivery.store(ben, {});
    const alerts = failingFor('anna', delivery.alerts, 'get', () => new RowUnreadable('secret content'));
    await deliverNotices(delivery.message(), { ...delivery.ports, alerts }, delivery.settings);

    expect(delivery.posted).toHaveLength(1);
    expect(delivery.posted[0]?.text).toContain('ben@fabrikam.com');
    expect(await delivery.waiting()).toMatchObject([
      { alertId: 'anna', aside: { until: '2026-02-03T10:00:30.000Z', attempt: 1 } },
    ]);
    const logged = delivery.logged.filter(
      ({ message }) => message.includes('aside') || message.includes('without'),
    );
    expect(logged).toMatchObject([
      { level: 'error', fields: { fingerprint: 'anna', reason: 'RowUnreadable' } },
      { level: 'warn', fields: { alerts: 1, notices: 1 } },
    ]);
    expect(JSON.stringify(delivery.logged)).not.toContain('secret content');

    // Whole again it is told by the message that was left behind, without anybody else.
    await delivery.drain();
    expect(delivery.posted).toHaveLength(2);
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'sent' }]);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('that stays so is looked at later each time, at most an hour, and holds up nobody', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    const alerts = failingFor('anna', delivery.alerts, 'get', () => new RowUnreadable('x'));
    const ports = { ...delivery.ports, alerts };
    let looks = 0;
    await deliverNotices(delivery.message(), ports, delivery.settings);
    for (let hours = 0; hours < 12; looks += 1) {
      const [next, ...others] = delivery.queues.take('notices');
      if (next === undefined) throw new Error('nobody looks again');
      expect(others).toEqual([]);
      expect(next.delaySeconds).toBeLessThanOrEqual(3605);
      hours += next.delaySeconds / 3600;
      delivery.pass(next.delaySeconds);
      await deliverNotices(next.envelope, ports, delivery.settings);
    }
    expect(looks).toBeLessThan(24);
    await delivery.store(ben, {});
    await deliverNotices(delivery.message(), ports, delivery.settings);
    expect(delivery.posted).toHaveLength(1);
  });

  test('that cannot be written after the card is recorded later and not told again', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    await delivery.store(ben, {});
    const alerts = failingFor('anna', delivery.alerts, 'save', () => new Error('too large'));
    await deliverNotices(delivery.message(), { ...delivery.ports, alerts }, delivery.settings);
    const sentAt = delivery.now();
    expect(delivery.posted).toHaveLength(1);
    expect((await delivery.notices.readChannel('licences')).state.posting).toBeUndefined();
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'sent', at: sentAt }]);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('that others change all the time does not stop a channel that is gone from handing over the rest', async () => {
    const channels = [
      channelSettings({ fallback: 'second' }),
      channelSettings({ id: 'second', match: { rule: [] } }),
    ];
    const delivery = deliveryInMemory({ channels });
    delivery.answers.set('licences', () => ({ kind: 'refused', reason: '404', ended: true }));
    await delivery.store(anna, {});
    await delivery.store(ben, {});
    let busy = true;
    const alerts: AlertStore = {
      ...delivery.alerts,
      save: (alert, read) =>
        busy && alert.id === 'anna' ? Promise.resolve('changed') : delivery.alerts.save(alert, read),
    };
    await deliverNotices(delivery.message(), { ...delivery.ports, alerts }, delivery.settings);
    busy = false;
    await delivery.drain();
    expect(delivery.posted.map(({ channel }) => channel)).toEqual(['second', 'second']);
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'refused' }, { outcome: 'sent' }]);
  });

  test('where storage itself fails nothing is left aside: the message comes again', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    const away = () => Promise.reject(new Error('storage is away'));
    const ports: DeliveryPorts = {
      ...delivery.ports,
      alerts: { ...delivery.alerts, get: away },
      notices: { ...delivery.notices, setAside: away },
    };
    await expect(deliverNotices(delivery.message(), ports, delivery.settings)).rejects.toThrow('away');
    await delivery.deliver(delivery.message());
    expect(delivery.posted).toHaveLength(1);
  });
});

test('what is decided anew while its card is on the way is told again, in this life or after a death', async () => {
  for (const dies of [false, true]) {
    const delivery = deliveryInMemory();
    const { alerts } = delivery;
    await delivery.store(anna, { reason: 'worse' });
    await delivery.store(ben, {});
    const channels = { all: delivery.settings.channels, routed: delivery.settings.channels };
    let first = true;
    const ports: DeliveryPorts = {
      ...delivery.ports,
      alerts: dies ? { ...alerts, save: () => Promise.reject(new Error('dead')) } : alerts,
      notices: dies
        ? { ...delivery.notices, setAside: () => Promise.reject(new Error('dead')) }
        : delivery.notices,
      sender: {
        ...delivery.ports.sender,
        async post(channel, card, key) {
          const read = await alerts.get(contoso, 'anna');
          if (first && read !== undefined) {
            const worse = withNotices(read.alert, ['worse'], channels, delivery.now());
            await alerts.save({ ...worse, title: 'anna lost even more' }, read);
          }
          first = false;
          return delivery.ports.sender.post(channel, card, key);
        },
      },
    };
    const delivered = deliverNotices(delivery.message(), ports, delivery.settings);
    if (dies) await expect(delivered).rejects.toThrow('dead');
    else await delivered;
    delivery.pass(61);
    await delivery.deliver(delivery.message());
    await delivery.drain();
    expect(delivery.posted.map(({ text }) => text.includes('anna lost even more'))).toEqual([false, true]);
    expect((await delivery.noticesOf('anna')).map(({ outcome }) => outcome)).toEqual(['sent']);
    expect(await delivery.waiting()).toEqual([]);
  }
});

describe('many waiting notices of one alert for one channel, in tables', () => {
  async function stored(count: number) {
    const watched = watchedTable(connection(), freshName());
    await watched.table.createTable();
    const [alerts, notices] = [createAlertTable(watched.table), createNoticeTable(watched.table)];
    const channels = [
      channelSettings({ fallback: 'second' }),
      channelSettings({ id: 'second', match: { rule: [] } }),
    ];
    const delivery = deliveryInMemory({ channels });
    const rows = Array.from({ length: count }, (_, n) =>
      storedNotice({ key: `n${n}`, sequence: n + 1, reason: n === 0 ? 'opened' : 'worse' }),
    );
    await alerts.save({ ...anna, notices: rows }, undefined);
    for (const row of rows) await notices.putWaiting(waitingNotice(anna, row));
    const ofBen = storedNotice({ key: 'of-ben' });
    await alerts.save({ ...ben, notices: [ofBen] }, undefined);
    await notices.putWaiting(waitingNotice(ben, ofBen));
    return { watched, delivery, ports: { ...delivery.ports, alerts, notices } };
  }

  async function rest({ delivery, ports }: Awaited<ReturnType<typeof stored>>): Promise<void> {
    await deliverNotices(delivery.message(), ports, delivery.settings);
    for (let round = 0; round < 10; round += 1) {
      for (const { envelope, delaySeconds } of delivery.queues.take('notices')) {
        delivery.pass(delaySeconds + 1);
        await deliverNotices(envelope, ports, delivery.settings);
      }
    }
  }

  const outcomes = async (
    { alerts }: DeliveryPorts,
    id: string,
    tenant: string,
  ): Promise<Record<string, number>> => {
    const counted: Record<string, number> = {};
    for (const { channel, outcome } of (await alerts.get(tenant, id))?.alert.notices ?? []) {
      const name = `${channel} ${outcome}`;
      counted[name] = (counted[name] ?? 0) + 1;
    }
    return counted;
  };

  test.each([100, 230])('%d are told by one card, and the other tenant with them', async (count) => {
    const set = await stored(count);
    await rest(set);
    expect(set.delivery.posted).toHaveLength(1);
    expect(await outcomes(set.ports, 'anna', contoso)).toEqual({ 'licences sent': count });
    expect(await outcomes(set.ports, 'ben', fabrikam)).toEqual({ 'licences sent': 1 });
    expect(await collected(set.ports.notices.listWaiting('licences'))).toEqual([]);
    expect((await set.ports.notices.readChannel('licences')).state.posting).toBeUndefined();
  });

  test.each([50, 100])(
    '%d go to the fallback of a channel that is gone, and the other tenant with them',
    async (count) => {
      const set = await stored(count);
      set.delivery.answers.set('licences', () => ({ kind: 'refused', reason: '404', ended: true }));
      await rest(set);
      expect(set.delivery.posted.map(({ channel }) => channel)).toContain('second');
      const told = await outcomes(set.ports, 'anna', contoso);
      expect(told).toMatchObject({ 'licences refused': count });
      expect(told).not.toHaveProperty('second waiting');
      expect(await outcomes(set.ports, 'ben', fabrikam)).toEqual({ 'licences refused': 1, 'second sent': 1 });
      for (const channel of ['licences', 'second']) {
        expect(await collected(set.ports.notices.listWaiting(channel))).toEqual([]);
      }
    },
  );

  test('a worker that dies at any write repeats no card that it has said to be sent, and loses nothing', async () => {
    let repeated = 0;
    for (let write = 1; ; write += 1) {
      const set = await stored(100);
      set.watched.failWrite(write, 'before');
      const died = await deliverNotices(set.delivery.message(), set.ports, set.delivery.settings).then(
        () => false,
        () => true,
      );
      set.delivery.pass(61);
      await rest(set);
      expect(await outcomes(set.ports, 'anna', contoso)).toEqual({ 'licences sent': 100 });
      expect(await outcomes(set.ports, 'ben', fabrikam)).toEqual({ 'licences sent': 1 });
      expect(await collected(set.ports.notices.listWaiting('licences'))).toEqual([]);
      expect(new Set(set.delivery.posted.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      repeated += set.delivery.posted.length - 1;
      if (!died && write > 12) break;
    }
    // Only where it dies between the post and the row that says so.
    expect(repeated).toBe(1);
  }, 120_000);
});

test('one alert told in one channel costs seven storage transactions', async () => {
  const watched = watchedTable(connection(), freshName());
  const [alerts, notices] = [createAlertTable(watched.table), createNoticeTable(watched.table)];
  const delivery = deliveryInMemory();
  const ports = { ...delivery.ports, alerts, notices };
  const notice = storedNotice({});
  await alerts.save({ ...anna, notices: [notice] }, undefined);
  await notices.putWaiting(waitingNotice(anna, notice));
  const channel = await notices.readChannel('licences');
  await notices.saveChannel('licences', { lastPostAt: '2026-02-03T09:00:00.000Z' }, channel.version);
  watched.take();
  await deliverNotices(delivery.message(), ports, delivery.settings);
  expect(delivery.posted).toHaveLength(1);
  // Read: the channel, what waits, the alert. Written: the claim, the alert, what waits, the channel.
  expect(watched.take()).toEqual({ GET: 3, POST: 3, DELETE: 1 });
  expect(await collected(notices.listWaiting('licences'))).toEqual([]);
});
