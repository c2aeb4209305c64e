import { describe, expect, test } from '@jest/globals';
import type { DeliveryPorts } from '../../shared/deliver/delivery.ts';
import { deliverNotices } from '../../shared/deliver/deliver-notices.ts';
import type { AlertStore } from '../../shared/alert/alert-store.ts';
import type { NoticeStore } from '../../shared/deliver/channel-store.ts';
import type { Queues } from '../../shared/ports.ts';
import { deliveryInMemory } from '../builders/delivery.ts';
import { storedAlert } from '../builders/stored-alert.ts';

class Crash extends Error {
  override name = 'Crash';
}

type Delivery = ReturnType<typeof deliveryInMemory>;

/** Counts every call that reaches outside, and dies at one of them: before it takes effect, or right after. */
function dyingPorts(ports: DeliveryPorts, dieAt: number, when: 'before' | 'after') {
  let calls = 0;
  let died = false;
  const step = async <T>(call: () => Promise<T>): Promise<T> => {
    // A dead process does nothing any more.
    if (died) throw new Crash();
    calls += 1;
    const fatal = calls === dieAt;
    if (fatal && when === 'before') {
      died = true;
      throw new Crash();
    }
    const result = await call();
    if (fatal) {
      died = true;
      throw new Crash();
    }
    return result;
  };
  const { alerts, notices, queues, sender } = ports;
  const wrapped: DeliveryPorts = {
    ...ports,
    alerts: {
      get: (tenantId, id) => step(() => alerts.get(tenantId, id)),
      save: (alert, read) => step(() => alerts.save(alert, read)),
      list: (filter, page) => step(() => alerts.list(filter, page)),
      live: (tenantId, rule) => alerts.live(tenantId, rule),
    } satisfies AlertStore,
    notices: {
      putWaiting: (notice) => step(() => notices.putWaiting(notice)),
      async *listWaiting(channel) {
        await step(() => Promise.resolve());
        yield* notices.listWaiting(channel);
      },
      removeWaiting: (channel, keys) => step(() => notices.removeWaiting(channel, keys)),
      setAside: (channel, rows) => step(() => notices.setAside(channel, rows)),
      readChannel: (channel) => step(() => notices.readChannel(channel)),
      saveChannel: (channel, state, version) => step(() => notices.saveChannel(channel, state, version)),
    } satisfies NoticeStore,
    queues: {
      send: (...message) => step(() => queues.send(...message)),
      depth: (queue) => step(() => queues.depth(queue)),
    } satisfies Queues,
    sender: { ...sender, post: (channel, card, key) => step(() => sender.post(channel, card, key)) },
  };
  return { ports: wrapped, calls: () => calls };
}

const users = Array.from({ length: 18 }, (_, index) => `user${index}@contoso.com`);

async function eighteenWaiting(): Promise<Delivery> {
  const delivery = deliveryInMemory();
  for (const [index, name] of users.entries()) {
    await delivery.store(
      storedAlert({
        id: `alert-${index}`,
        subject: { kind: 'user', id: name, name },
        title: `${name} lost it`,
      }),
      {},
    );
  }
  return delivery;
}

/** As a queue does: the message comes again until it is handled. */
async function redelivered(delivery: Delivery): Promise<void> {
  delivery.pass(30);
  await delivery.deliver(delivery.message());
  await delivery.drain();
}

async function callsOfAnUndisturbedRun(): Promise<number> {
  const delivery = await eighteenWaiting();
  const { ports, calls } = dyingPorts(delivery.ports, 0, 'before');
  await deliverNotices(delivery.message(), ports, delivery.settings);
  return calls();
}

describe('a worker that dies at any moment', () => {
  test.each(['before', 'after'] as const)(
    'loses no notice, and the card comes at most twice, then under the same key (dies %s a call)',
    async (when) => {
      const calls = await callsOfAnUndisturbedRun();
      expect(calls).toBeGreaterThan(40);
      for (let dieAt = 1; dieAt <= calls; dieAt += 1) {
        const delivery = await eighteenWaiting();
        const { ports } = dyingPorts(delivery.ports, dieAt, when);
        await expect(deliverNotices(delivery.message(), ports, delivery.settings)).rejects.toThrow(Crash);
        await redelivered(delivery);

        expect(delivery.posted.length).toBeGreaterThanOrEqual(1);
        expect(delivery.posted.length).toBeLessThanOrEqual(2);
        expect(new Set(delivery.posted.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
        expect(await delivery.waiting()).toEqual([]);
        for (const index of users.keys()) {
          expect(await delivery.noticesOf(`alert-${index}`)).toMatchObject([{ outcome: 'sent' }]);
        }
        // Whoever comes when the lease is over puts the channel in order.
        delivery.pass(60);
        await delivery.deliver(delivery.message());
        expect((await delivery.notices.readChannel('licences')).state.posting).toBeUndefined();
      }
    },
  );

  test('repeats a card only when it dies between the post and the one row that says so', async () => {
    const repeated: number[] = [];
    const calls = await callsOfAnUndisturbedRun();
    for (let dieAt = 1; dieAt <= calls; dieAt += 1) {
      const delivery = await eighteenWaiting();
      const { ports } = dyingPorts(delivery.ports, dieAt, 'before');
      await expect(deliverNotices(delivery.message(), ports, delivery.settings)).rejects.toThrow(Crash);
      await redelivered(delivery);
      if (delivery.posted.length > 1) repeated.push(dieAt);
    }
    expect(repeated).toHaveLength(1);
  });

  test('what comes while it is dead is told afterwards, and not lost with the repetition', async () => {
    const calls = await callsOfAnUndisturbedRun();
    for (let dieAt = 1; dieAt <= calls; dieAt += 5) {
      const delivery = await eighteenWaiting();
      const { ports } = dyingPorts(delivery.ports, dieAt, 'before');
      await expect(deliverNotices(delivery.message(), ports, delivery.settings)).rejects.toThrow(Crash);
      await delivery.store(storedAlert({ id: 'late' }), {});
      await delivery.deliver(delivery.message());
      await redelivered(delivery);
      expect(await delivery.noticesOf('late')).toMatchObject([{ outcome: 'sent' }]);
      expect(await delivery.waiting()).toEqual([]);
    }
  });

  test.each(['before', 'after'] as const)(
    'with one alert, whose outcome alone says that it was sent, repeats a card only where it dies before that (dies %s a call)',
    async (when) => {
      let repeated = 0;
      for (let dieAt = 1; ; dieAt += 1) {
        const delivery = deliveryInMemory();
        await delivery.store(storedAlert({ id: 'anna' }), {});
        const { ports, calls } = dyingPorts(delivery.ports, dieAt, when);
        const outcome = await deliverNotices(delivery.message(), ports, delivery.settings).catch(
          (error: unknown) => error,
        );
        if (calls() < dieAt) break;
        expect(outcome).toBeInstanceOf(Crash);
        await redelivered(delivery);
        delivery.pass(60);
        await delivery.deliver(delivery.message());
        expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'sent' }]);
        expect(await delivery.waiting()).toEqual([]);
        expect(new Set(delivery.posted.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
        repeated += delivery.posted.length - 1;
      }
      expect(repeated).toBe(1);
    },
  );

  test('a channel that is gone: every notice still arrives in the fallback, once', async () => {
    for (let dieAt = 1; ; dieAt += 1) {
      const delivery = deliveryInMemory();
      const [first] = delivery.settings.channels;
      if (first === undefined) throw new Error('no channel');
      const settings = {
        ...delivery.settings,
        channels: [
          { ...first, fallback: 'second' },
          { ...first, id: 'second', match: { rule: [] } },
        ],
      };
      delivery.answers.set('licences', () => ({ kind: 'refused', reason: '404', ended: true }));
      await delivery.store(storedAlert({ id: 'anna' }), {});
      await delivery.store(storedAlert({ id: 'ben' }), {});
      const { ports, calls } = dyingPorts(delivery.ports, dieAt, 'after');
      const outcome = await deliverNotices(delivery.message(), ports, settings).catch(
        (error: unknown) => error,
      );
      if (calls() < dieAt) break;
      expect(outcome).toBeInstanceOf(Crash);
      for (let again = 0; again < 3; again += 1) {
        delivery.pass(90);
        await deliverNotices(delivery.message(), delivery.ports, settings);
        for (const { envelope } of delivery.queues.take('notices')) {
          delivery.pass(20);
          await deliverNotices(envelope, delivery.ports, settings);
        }
      }
      for (const id of ['anna', 'ben']) {
        expect(await delivery.noticesOf(id)).toMatchObject([
          { channel: 'licences', outcome: 'refused' },
          { channel: 'second', outcome: 'sent' },
        ]);
      }
      expect([...(await delivery.waiting()), ...(await delivery.waiting('second'))]).toEqual([]);
      expect(delivery.posted).toHaveLength(1);
    }
  });
});

describe('two workers at once', () => {
  test('on one channel post once', async () => {
    const delivery = await eighteenWaiting();
    await Promise.all(Array.from({ length: 5 }, () => delivery.deliver(delivery.message())));
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('a slow one whose lease is over changes nothing of the next post', async () => {
    const delivery = await eighteenWaiting();
    let first = true;
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ports: DeliveryPorts = {
      ...delivery.ports,
      sender: {
        ...delivery.ports.sender,
        async post(channel, card, key) {
          if (first) {
            first = false;
            await slow;
          }
          return delivery.ports.sender.post(channel, card, key);
        },
      },
    };
    const slowWorker = deliverNotices(delivery.message(), ports, delivery.settings);
    await new Promise((resolve) => setImmediate(resolve));
    delivery.pass(61);
    await deliverNotices(delivery.message(), ports, delivery.settings);
    release();
    await slowWorker;
    await delivery.drain();
    expect(new Set(delivery.posted.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(await delivery.waiting()).toEqual([]);
    expect((await delivery.notices.readChannel('licences')).state.posting).toBeUndefined();
  });

  test('an alert that changes while it is told keeps both changes', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(storedAlert({ id: 'anna' }), {});
    const { alerts } = delivery;
    let disturbed = false;
    const ports: DeliveryPorts = {
      ...delivery.ports,
      alerts: {
        ...alerts,
        async save(alert, read) {
          if (!disturbed) {
            disturbed = true;
            const found = await alerts.get(alert.tenantId, alert.id);
            if (found) await alerts.save({ ...found.alert, status: 'acknowledged' }, found);
          }
          return alerts.save(alert, read);
        },
      },
    };
    await deliverNotices(delivery.message(), ports, delivery.settings);
    const found = await alerts.get(storedAlert().tenantId, 'anna');
    expect(found?.alert).toMatchObject({ status: 'acknowledged', notices: [{ outcome: 'sent' }] });
  });
});
