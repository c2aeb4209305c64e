import { describe, expect, test } from '@jest/globals';
import { NotAnEnvelope } from '../../shared/envelope.ts';
import { deliveryInMemory } from '../builders/delivery.ts';
import { channelSettings, storedAlert } from '../builders/stored-alert.ts';

const anna = storedAlert({ id: 'anna' });
const ben = storedAlert({ id: 'ben', subject: { kind: 'user', id: 'ben-id', name: 'ben@contoso.com' } });

describe('what waits for a channel', () => {
  test('one notice becomes the card of its alert, which then knows that it was told', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    delivery.pass(5);
    await delivery.deliver(delivery.message());

    expect(delivery.posted).toHaveLength(1);
    expect(delivery.posted[0]?.text).toContain('anna.lee@contoso.com lost Office 365 E3');
    expect(delivery.posted[0]?.text).toContain('"Contoso"');
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'sent', at: delivery.now() }]);
    expect(await delivery.waiting()).toEqual([]);
    expect((await delivery.notices.readChannel('licences')).state).toEqual({ lastPostAt: delivery.now() });
  });

  test('several go as one card', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    await delivery.store(ben, {});
    await delivery.deliver(delivery.message());
    expect(delivery.posted).toHaveLength(1);
    expect(delivery.posted[0]?.text).toContain('(2 alerts)');
    expect(await delivery.waiting()).toEqual([]);
  });

  test('two posts are never nearer than the gap, and nothing is left behind', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.store(ben, {});
    await delivery.deliver(delivery.message());
    expect(delivery.posted).toHaveLength(1);
    await delivery.drain();
    expect(delivery.posted.map(({ at }) => at)).toEqual([
      '2026-02-03T10:00:00.000Z',
      '2026-02-03T10:00:15.000Z',
    ]);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('a hundred messages about one channel keep one message on its way, not a hundred', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.store(ben, {});
    for (let message = 0; message < 100; message += 1) await delivery.deliver(delivery.message());
    expect(delivery.queues.messages('notices')).toHaveLength(1);
  });

  test('four messages that wake a channel at once read each alert once for the card, and post it once', async () => {
    const delivery = deliveryInMemory();
    for (let index = 0; index < 20; index += 1) {
      const subject = {
        kind: 'user' as const,
        id: `u${String(index)}`,
        name: `u${String(index)}@contoso.com`,
      };
      await delivery.store(storedAlert({ id: `alert-${String(index)}`, subject }), {});
    }
    let reads = 0;
    const get = delivery.alerts.get.bind(delivery.alerts);
    delivery.alerts.get = (tenantId, id) => {
      reads += 1;
      return get(tenantId, id);
    };
    await Promise.all(Array.from({ length: 4 }, () => delivery.deliver(delivery.message())));
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
    expect(reads).toBe(20);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('what is decided anew while its card is tried again goes as a card of its own, under a key of its own', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, {});
    let answers = 0;
    const keys: string[] = [];
    delivery.answers.set('licences', ({ idempotencyKey }) => {
      answers += 1;
      keys.push(idempotencyKey);
      return answers === 1 ? { kind: 'retry', reason: 'no answer' } : { kind: 'done' };
    });
    await delivery.deliver(delivery.message());
    const read = await delivery.alerts.get(anna.tenantId, 'anna');
    if (read === undefined) throw new Error('the alert is there');
    const notices = read.alert.notices.map((notice) => ({ ...notice, sequence: notice.sequence + 1 }));
    await delivery.alerts.save({ ...read.alert, title: 'worse', notices }, read);
    await delivery.drain();
    expect(keys[1]).toBe(keys[0]);
    expect(keys).toHaveLength(3);
    expect(keys[2]).not.toBe(keys[0]);
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'sent' }]);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('opened and resolved while it waited is one line', async () => {
    const delivery = deliveryInMemory();
    const over = { ...anna, status: 'resolved' as const, resolvedAt: delivery.now() };
    await delivery.store(over, { reason: 'opened' }, { reason: 'resolved' });
    await delivery.deliver(delivery.message());
    expect(delivery.posted[0]?.text).toContain('Opened and already resolved');
    expect((await delivery.noticesOf('anna')).map(({ outcome }) => outcome)).toEqual(['sent', 'sent']);
    await delivery.drain();
    expect(delivery.posted).toHaveLength(1);
  });

  test('what was told already is only taken off the list', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, { outcome: 'sent' });
    await delivery.deliver(delivery.message());
    expect(delivery.posted).toEqual([]);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('an alert that is gone is told no more', async () => {
    const delivery = deliveryInMemory();
    await delivery.notices.putWaiting({
      channel: 'licences',
      key: 'k',
      tenantId: anna.tenantId,
      alertId: 'gone',
      reason: 'opened',
      at: delivery.now(),
    });
    await delivery.deliver(delivery.message());
    expect(delivery.posted).toEqual([]);
    expect(await delivery.waiting()).toEqual([]);
  });

  test('more than one post can take is told in several, and each alert once', async () => {
    const delivery = deliveryInMemory();
    for (let index = 0; index < 5003; index += 1) {
      await delivery.store(storedAlert({ id: `alert-${index}` }), {});
    }
    await delivery.deliver(delivery.message());
    await delivery.drain();
    expect(delivery.posted).toHaveLength(2);
    expect(delivery.posted[0]?.text).toContain('and 4,990 more');
    expect(delivery.posted[1]?.text).toContain('(3 alerts)');
    expect(await delivery.waiting()).toEqual([]);
  });
});

describe('a channel that does not take a post', () => {
  test('is tried again, later each time, with the same card under the same key', async () => {
    const delivery = deliveryInMemory();
    const keys: string[] = [];
    let failures = 3;
    delivery.answers.set('licences', ({ idempotencyKey }) => {
      keys.push(idempotencyKey);
      failures -= 1;
      return failures < 0 ? { kind: 'done' } : { kind: 'retry', reason: 'channel licences answered 503' };
    });
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.store(ben, {});
    await delivery.drain();

    expect(delivery.posted.map(({ at }) => at)).toEqual([
      '2026-02-03T10:03:30.000Z',
      '2026-02-03T10:03:45.000Z',
    ]);
    expect(new Set(keys.slice(0, 4)).size).toBe(1);
    expect(delivery.posted[0]?.text).not.toContain('ben@contoso.com');
    expect(delivery.posted[1]?.text).toContain('ben@contoso.com');
    expect(await delivery.waiting()).toEqual([]);
  });

  test('gets the time that it asks for, whatever comes in between', async () => {
    const delivery = deliveryInMemory();
    let tried = 0;
    delivery.answers.set('licences', () => {
      tried += 1;
      return tried === 1 ? { kind: 'retry', reason: '429', afterSeconds: 100 } : { kind: 'done' };
    });
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    delivery.pass(50);
    await delivery.deliver(delivery.message());
    expect(tried).toBe(1);
    await delivery.drain();
    expect(tried).toBe(2);
  });

  test('a card that is too large for it comes again smaller', async () => {
    const delivery = deliveryInMemory();
    const sizes: number[] = [];
    delivery.answers.set('licences', ({ text }) => {
      sizes.push(text.length);
      return text.length > 8000
        ? { kind: 'refused', reason: 'channel licences answered 413', ended: false, tooLarge: true }
        : { kind: 'done' };
    });
    await delivery.store(
      storedAlert({ id: 'anna', runbook: Array.from({ length: 10 }, () => 'x'.repeat(2000)) }),
      {},
    );
    await delivery.deliver(delivery.message());
    expect(delivery.posted).toHaveLength(1);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sizes.length).toBeGreaterThan(1);
  });
});

describe('a channel that is gone', () => {
  const channels = [
    channelSettings({ id: 'licences', fallback: 'second' }),
    channelSettings({ id: 'second', fallback: 'third', match: { rule: ['nothing'] } }),
    channelSettings({ id: 'third', fallback: 'licences', match: { rule: ['nothing'] } }),
  ];
  const gone = { kind: 'refused', reason: 'channel answered 404', ended: true } as const;

  test('is told no more, and what waited goes to its fallback', async () => {
    const delivery = deliveryInMemory({ channels });
    delivery.answers.set('licences', () => gone);
    await delivery.store(anna, {});
    await delivery.store(ben, { reason: 'worse' });
    await delivery.deliver(delivery.message());
    await delivery.drain();

    expect(delivery.posted.map(({ channel }) => channel)).toEqual(['second']);
    expect(await delivery.noticesOf('anna')).toMatchObject([
      { channel: 'licences', outcome: 'refused' },
      { channel: 'second', reason: 'opened', outcome: 'sent' },
    ]);
    expect((await delivery.notices.readChannel('licences')).state).toMatchObject({
      brokenSince: '2026-02-03T10:00:00.000Z',
      brokenReason: 'channel answered 404',
    });
    expect(delivery.logged.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'channel is gone until it is tested again', fields: { channel: 'licences' } },
    ]);
  });

  test('what comes later goes to the fallback without a try', async () => {
    const delivery = deliveryInMemory({ channels });
    let tried = 0;
    delivery.answers.set('licences', () => {
      tried += 1;
      return gone;
    });
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.store(ben, {});
    await delivery.deliver(delivery.message());
    await delivery.drain();
    expect(tried).toBe(1);
    expect(await delivery.noticesOf('ben')).toMatchObject([{ outcome: 'refused' }, { outcome: 'sent' }]);
  });

  test('a fallback that is gone too is stepped over', async () => {
    const delivery = deliveryInMemory({ channels });
    delivery.answers.set('licences', () => gone);
    delivery.answers.set('second', () => gone);
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.drain();
    expect(delivery.posted.map(({ channel }) => channel)).toEqual(['third']);
  });

  test('where all are gone the alert says so, and nothing goes round in circles', async () => {
    const delivery = deliveryInMemory({ channels });
    for (const { id } of channels) delivery.answers.set(id, () => gone);
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.drain();
    expect(delivery.posted).toEqual([]);
    const outcomes = await delivery.noticesOf('anna');
    expect(outcomes.map(({ channel, outcome }) => [channel, outcome])).toEqual([
      ['licences', 'refused'],
      ['second', 'refused'],
      ['third', 'refused'],
    ]);
    for (const { id } of channels) expect(await delivery.waiting(id)).toEqual([]);
    expect(delivery.logged.some(({ message }) => message.startsWith('notices refused'))).toBe(true);
  });

  test('a fallback that has a notice of its own about it is not told twice', async () => {
    const delivery = deliveryInMemory({ channels });
    delivery.answers.set('licences', () => gone);
    await delivery.store(anna, { key: 'one' }, { key: 'two', channel: 'second' });
    await delivery.deliver(delivery.message('licences'));
    await delivery.deliver(delivery.message('second'));
    await delivery.drain();
    expect(delivery.posted.map(({ channel }) => channel)).toEqual(['second']);
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'refused' }, { outcome: 'sent' }]);
  });

  test('a card that it refuses five times goes to the fallback and leaves the channel open', async () => {
    const delivery = deliveryInMemory({ channels });
    delivery.answers.set('licences', ({ text }) =>
      text.includes('ben@contoso.com')
        ? { kind: 'done' }
        : { kind: 'refused', reason: 'channel answered 400', ended: false },
    );
    await delivery.store(anna, {});
    await delivery.deliver(delivery.message());
    await delivery.store(ben, {});
    await delivery.deliver(delivery.message());
    await delivery.drain();
    expect(delivery.posted.map(({ channel }) => channel).sort()).toEqual(['licences', 'second']);
    expect(delivery.logged.filter(({ message }) => message.startsWith('card refused'))).toHaveLength(5);
  });

  test('a channel that is not in the settings any more hands over to those that the alert is routed to', async () => {
    const delivery = deliveryInMemory();
    await delivery.store(anna, { channel: 'removed' });
    await delivery.deliver(delivery.message('removed'));
    await delivery.drain();
    expect(delivery.posted.map(({ channel }) => channel)).toEqual(['licences']);
    expect(delivery.logged.some(({ level }) => level === 'warn')).toBe(true);
  });

  test('with no channel at all the notice is refused, and the alert stays', async () => {
    const delivery = deliveryInMemory({ channels: [] });
    await delivery.store(anna, { channel: 'removed' });
    await delivery.deliver(delivery.message('removed'));
    expect(await delivery.noticesOf('anna')).toMatchObject([{ outcome: 'refused' }]);
    expect(await delivery.waiting('removed')).toEqual([]);
  });
});

describe('a message that is none', () => {
  test.each([
    ['text', 'hello', NotAnEnvelope],
    ['a later version', { v: 9, tenantId: 't', kind: 'notices-waiting', items: [] }, NotAnEnvelope],
    ['another kind', { v: 1, tenantId: 't', kind: 'findings', items: [{}] }, /kind "findings"/],
    ['an item without a channel', { v: 1, tenantId: 't', kind: 'notices-waiting', items: [{}] }, /channel/],
  ])('%s is refused, so that it ends where it is reported', async (_what, message, error) => {
    await expect(deliveryInMemory().deliver(message)).rejects.toThrow(error);
  });
});
