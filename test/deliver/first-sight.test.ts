import { describe, expect, test } from '@jest/globals';
import { deliverNotices } from '../../shared/deliver/deliver-notices.ts';
import { firstSightIsCounted } from '../../shared/deliver/first-sight.ts';
import type { Envelope } from '../../shared/envelope.ts';
import { deliveryInMemory } from '../builders/delivery.ts';
import { phoneOnly } from '../builders/general-alerts.ts';
import { channelSettings, contoso, storedAlert } from '../builders/stored-alert.ts';

const finished = (source = 'entra-directory-audits'): Envelope => ({
  v: 1,
  tenantId: contoso,
  kind: 'first-collection-finished',
  items: [{ source }],
});

describe('what the first look found is told as numbers', () => {
  test('one digest a channel, of what is routed there', async () => {
    const delivery = deliveryInMemory({
      channels: [channelSettings(), channelSettings({ id: 'urgent', match: { severity: ['critical'] } })],
    });
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.store(storedAlert({ id: '2', firstSight: true, severity: 'critical' }));
    await delivery.store(storedAlert({ id: '3', firstSight: true, status: 'resolved' }));
    await delivery.store(storedAlert({ id: '4' }));
    await delivery.deliver(finished());
    await delivery.drain();

    const texts = Object.fromEntries(delivery.posted.map(({ channel, text }) => [channel, text]));
    expect(delivery.posted).toHaveLength(2);
    expect(texts['licences']).toContain('2 alerts in Contoso');
    expect(texts['urgent']).toContain('1 alert in Contoso');
    expect(await delivery.waiting()).toEqual([]);
  });

  test('by what their rules call themselves', async () => {
    const delivery = deliveryInMemory();
    await delivery.store({ ...phoneOnly, severity: 'medium', firstSight: true });
    await delivery.deliver(finished());
    await delivery.drain();
    expect(delivery.posted.map(({ text }) => text).join()).toContain('Only a phone is registered');
  });

  test('where nothing was found nothing is told', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(storedAlert({ id: '1', firstSight: true, status: 'resolved' }));
    await delivery.deliver(finished());
    await delivery.drain();
    expect(delivery.posted).toEqual([]);
  });

  test('the same message twice is one digest', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.deliver(finished());
    await delivery.deliver(finished());
    await delivery.drain();
    await delivery.deliver(finished());
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
  });

  test('two sources that finish together are one card with the number of both', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.deliver(finished());
    delivery.pass(50);
    await delivery.store(storedAlert({ id: '2', firstSight: true }));
    await delivery.deliver(finished('activity-azure-active-directory'));
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
    expect(delivery.posted[0]?.text).toContain('2 alerts in Contoso');
    expect(delivery.posted[0]?.text).toContain(
      'the first collection of the Entra directory audits and the unified audit log.',
    );
  });

  test('a source that finishes minutes later tells only what it brought', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(storedAlert({ id: '1', firstSight: true, openedAt: delivery.now() }));
    await delivery.deliver(finished());
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);

    delivery.pass(300);
    await delivery.deliver(finished('activity-exchange'));
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);

    delivery.pass(300);
    for (const id of ['2', '3', '4']) {
      await delivery.store(storedAlert({ id, firstSight: true, openedAt: delivery.now() }));
    }
    await delivery.deliver(finished('activity-azure-active-directory'));
    await delivery.drain();
    expect(delivery.posted).toHaveLength(2);
    expect(delivery.posted[1]?.text).toContain('3 alerts in Contoso');
    expect(delivery.posted[1]?.text).toContain('the first collection of the unified audit log.');
  });

  test('two digests that wait for one channel are told with their own numbers', async () => {
    const delivery = deliveryInMemory();
    let shut = true;
    delivery.answers.set('licences', () => (shut ? { kind: 'retry', reason: '503' } : { kind: 'done' }));
    await delivery.store(storedAlert({ id: '1', firstSight: true, openedAt: delivery.now() }));
    await delivery.deliver(finished());
    await delivery.drain(120);
    delivery.pass(120);
    for (const id of ['2', '3']) {
      await delivery.store(storedAlert({ id, firstSight: true, openedAt: delivery.now() }));
    }
    await delivery.deliver(finished('activity-exchange'));
    await delivery.drain(300);
    shut = false;
    await delivery.drain();
    const text = delivery.posted.map((post) => post.text).join();
    expect(text).toContain('1 alert in Contoso');
    expect(text).toContain('2 alerts in Contoso');
    expect(await delivery.waiting()).toEqual([]);
  });

  test('a worker that dies while it puts the numbers before the channels repeats nothing', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.deliver(finished());
    const [counting] = delivery.queues.messages('notices');
    delivery.pass(60);
    const firstLooks = { ...delivery.firstLooks, saveFirstLook: () => Promise.reject(new Error('dead')) };
    await expect(
      deliverNotices(counting?.envelope, { ...delivery.ports, firstLooks }, delivery.settings),
    ).rejects.toThrow('dead');
    await delivery.deliver(counting?.envelope);
    expect(await delivery.waiting()).toHaveLength(1);
  });

  test('it goes with what else waits', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.store(storedAlert({ id: '2' }), {});
    await delivery.deliver(finished());
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
    expect(delivery.posted[0]?.text).toContain('anna.lee@contoso.com');
    expect(delivery.posted[0]?.text).toContain('1 alert in Contoso');
  });

  test('a digest whose channel is gone goes to the fallback', async () => {
    const delivery = deliveryInMemory({
      channels: [
        channelSettings({ fallback: 'second' }),
        channelSettings({ id: 'second', match: { rule: [] } }),
      ],
    });
    delivery.answers.set('licences', () => ({ kind: 'refused', reason: '404', ended: true }));
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.deliver(finished());
    await delivery.drain();
    expect(delivery.posted.map(({ channel }) => channel)).toEqual(['second']);
    expect(await delivery.waiting()).toEqual([]);
  });
});

describe('the numbers wait for what is on its way', () => {
  test('nothing is counted while evaluation works', async () => {
    const delivery = deliveryInMemory();
    await delivery.queues.send('evaluate-licence', contoso, 'records', [1]);
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.deliver(finished());
    await delivery.drain(100);
    expect(await delivery.waiting()).toEqual([]);

    delivery.queues.take('evaluate-licence');
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
  });

  test('what waits for tomorrow does not hold them up', async () => {
    const delivery = deliveryInMemory();
    await delivery.queues.send('evaluate-licence', contoso, 'settle', [1], { delaySeconds: 86_400 });
    await delivery.store(storedAlert({ id: '1', firstSight: true }));
    await delivery.deliver(finished());
    await delivery.drain(600);
    expect(delivery.posted).toHaveLength(1);
  });

  test('a queue that moves is waited for, and no longer than an hour', () => {
    const began = '2026-02-03T09:00:00.000Z';
    const look = { since: began, depth: 5, unchanged: 1 };
    expect(firstSightIsCounted(look, 4, '2026-02-03T09:30:00.000Z')).toEqual({
      counted: false,
      since: began,
      depth: 4,
      unchanged: 0,
    });
    expect(firstSightIsCounted(look, 5, '2026-02-03T09:30:00.000Z')).toMatchObject({ unchanged: 2 });
    expect(firstSightIsCounted({ ...look, unchanged: 2 }, 5, '2026-02-03T09:30:00.000Z')).toEqual({
      counted: true,
    });
    expect(firstSightIsCounted(look, 4, '2026-02-03T10:00:00.000Z')).toEqual({ counted: true });
  });
});
