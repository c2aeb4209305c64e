import { describe, expect, test } from '@jest/globals';
import { type Client, startTenant } from './tenant.ts';

const card = {
  type: 'AdaptiveCard',
  version: '1.4',
  body: [{ type: 'TextBlock', text: 'Somebody lost a licence' }],
};

function message(content: unknown): unknown {
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

function post(client: Client, body: unknown, channel = 'licences'): Promise<Response> {
  return client.request(`/teams/${channel}`, { method: 'POST', body, tenantId: undefined });
}

async function received(client: Client, channel = 'licences'): Promise<{ channel: string; card: unknown }[]> {
  const { value } = (await client.json(`/teams/${channel}/cards`)) as {
    value: { channel: string; card: unknown }[];
  };
  return value;
}

describe('a Teams workflow of the simulated tenant', () => {
  test('takes a card with 202 and nothing more, and shows it in its channel', async () => {
    const client = await startTenant();
    const response = await post(client, message(card));
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(await received(client)).toMatchObject([
      { channel: 'licences', receivedAt: '2026-02-03T12:00:00.000Z', card },
    ]);
    expect(await received(client, 'operations')).toEqual([]);
  });

  test('takes 28 KB with the wrapper, and not a byte more', async () => {
    const client = await startTenant();
    const padding = 28 * 1024 - JSON.stringify(message({ ...card, fallbackText: '' })).length;
    const largest = message({ ...card, fallbackText: 'x'.repeat(padding) });
    expect((await post(client, largest)).status).toBe(202);
    const larger = message({ ...card, fallbackText: 'x'.repeat(padding + 1) });
    expect((await post(client, larger)).status).toBe(413);
  });

  test.each([
    ['no JSON', 'hello'],
    ['a plain text', { text: 'hello' }],
    ['a bare card', card],
    ['no attachment', { type: 'message', attachments: [] }],
    ['a card of the old kind', message({ type: 'MessageCard', version: '1.4', body: card.body })],
    ['a card that Teams cannot show', message({ ...card, version: '1.6' })],
    ['an empty card', message({ ...card, body: [] })],
  ])('refuses %s', async (_, body) => {
    const client = await startTenant();
    expect((await post(client, body)).status).toBe(400);
    expect(await received(client)).toEqual([]);
  });

  test('throttles the fifth card of a second', async () => {
    const client = await startTenant();
    for (let index = 0; index < 4; index += 1) expect((await post(client, message(card))).status).toBe(202);
    const refused = await post(client, message(card));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await post(client, message(card), 'operations')).status).toBe(202);
  });

  test('keeps the last 200 cards, newest first', async () => {
    const client = await startTenant();
    for (let index = 0; index < 203; index += 1) {
      await post(client, message({ ...card, fallbackText: String(index) }));
      client.pass(1);
    }
    const cards = await received(client);
    expect(cards).toHaveLength(200);
    expect(cards[0]).toMatchObject({ card: { fallbackText: '202' } });
    expect(cards.at(-1)).toMatchObject({ card: { fallbackText: '3' } });
  });
});

describe('the card page', () => {
  test('comes from this machine alone and runs nothing but its own files', async () => {
    const client = await startTenant({ productUrl: 'http://127.0.0.1:7999' });
    const response = await fetch(`${client.origin}/`);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(html).toContain('href="http://127.0.0.1:7999/api/alerts"');
    const loaded = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? '');
    expect(loaded).toEqual(['/card-page.css', '/adaptivecards.js', '/card-page.js']);
    for (const path of [...loaded, '/card-text.js']) {
      expect((await fetch(`${client.origin}${path}`)).status).toBe(200);
    }
  });

  test('is told of each new card', async () => {
    const client = await startTenant();
    const events = await fetch(`${client.origin}/cards/events`);
    const reader = (events.body ?? new ReadableStream<Uint8Array>())
      .pipeThrough(new TextDecoderStream())
      .getReader();
    await post(client, message(card));
    let text = '';
    while (!text.includes('data: ')) text += (await reader.read()).value ?? '';
    expect(text).toContain('"text":"Somebody lost a licence"');
    await reader.cancel();
  });

  test.each([
    ['gone', 404],
    ['shut', 401],
    ['proxy', 200],
  ])('the channel that is called %s answers %i and shows no card', async (channel, status) => {
    const client = await startTenant();
    const response = await post(client, message(card), channel);
    expect(response.status).toBe(status);
    expect((await response.text()).startsWith('<!doctype html>')).toBe(channel === 'proxy');
    expect(await received(client, channel)).toEqual([]);
  });
});
