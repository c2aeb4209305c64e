import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { createTeamsSender, type TeamsOptions } from '../../shared/adapters/teams.ts';
import type { DeliveryOutcome } from '../../shared/deliver/channel-sender.ts';
import { Secret } from '../../shared/secret.ts';
import { cutInBody, hang, hangInBody, json, loopback, type Reply, reset, text } from './loopback.ts';

const service = loopback();
const elsewhere = loopback();
const path = '/workflows/0123456789abcdef/triggers/manual/paths/invoke';
const secretQuery = '?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=very-secret-signature';
const card = { type: 'message', attachments: [] };

function post(reply: Reply, options: TeamsOptions = {}): Promise<DeliveryOutcome> {
  service.reply = reply;
  const url = new Secret(`${service.endpoint}${path}${secretQuery}`);
  return createTeamsSender([{ id: 'licences', url }], options).post('licences', card, 'key-1');
}

describe('a post to a workflow', () => {
  test('is JSON with an idempotency key, to the URL as it is', async () => {
    let body = '';
    await post((request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.writeHead(202).end());
    });
    expect(service.requests).toMatchObject([
      {
        method: 'POST',
        url: path + secretQuery,
        headers: { 'content-type': 'application/json', 'x-idempotency-key': 'key-1' },
      },
    ]);
    expect(JSON.parse(body)).toEqual(card);
  });

  test.each([
    ['202 without a body, as a workflow answers', text(202, '')],
    ['200 of a flow with an answer of its own', json(200, { status: 'no error' })],
    ['200 with 1, as connectors answered', text(200, '1')],
    ['204', text(204, '')],
  ])('is done: %s', async (_what, reply) => {
    expect(await post(reply)).toEqual({ kind: 'done' });
  });
});

describe('a channel that is gone', () => {
  test.each([401, 403, 404, 410])('%i ends it', async (status) => {
    expect(await post(text(status, 'gone'))).toEqual({
      kind: 'refused',
      reason: `channel licences answered ${status}`,
      ended: true,
    });
  });
});

describe('a card that is refused', () => {
  test('400: the channel stays, and how often it is tried again is a matter of delivery', async () => {
    expect(await post(text(400, 'bad'))).toMatchObject({ kind: 'refused', ended: false });
  });

  test.each([
    ['413', text(413, '')],
    ['a sentence', text(400, 'Request Entity too large')],
  ])('too large, told by %s', async (_what, reply) => {
    expect(await post(reply)).toMatchObject({ kind: 'refused', ended: false, tooLarge: true });
  });

  test('a redirect is not followed: the card does not go elsewhere', async () => {
    const outcome = await post(text(307, '', { location: elsewhere.endpoint }));
    expect(outcome).toMatchObject({ kind: 'refused', ended: false });
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('200 with a failure in the body', () => {
  const failed = (status: number): Reply =>
    text(
      200,
      `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=BN3PEPF`,
    );

  test('counts as the status in its sentence', async () => {
    expect(await post(failed(429))).toMatchObject({ kind: 'retry' });
    expect(await post(failed(404))).toMatchObject({ kind: 'refused', ended: true });
    expect(await post(failed(413))).toMatchObject({ kind: 'refused', tooLarge: true });
  });

  test('is refused where the sentence has none, or one that makes no sense', async () => {
    expect(await post(text(200, 'Webhook message delivery failed'))).toMatchObject({
      kind: 'refused',
      ended: false,
    });
    expect(await post(failed(200))).toMatchObject({ kind: 'refused', ended: false });
  });
});

describe('what will work later', () => {
  test.each([429, 408, 500, 502, 503, 504])('%i', async (status) => {
    expect(await post(text(status, ''))).toEqual({
      kind: 'retry',
      reason: `channel licences answered ${status}`,
    });
  });

  test('says when, in seconds or as a date', async () => {
    expect(await post(text(429, '', { 'retry-after': '17' }))).toMatchObject({ afterSeconds: 17 });
    const date = 'Tue, 03 Feb 2026 10:00:00 GMT';
    const retryAfter = 'Tue, 03 Feb 2026 10:01:30 GMT';
    expect(await post(text(503, '', { date, 'retry-after': retryAfter }))).toMatchObject({
      afterSeconds: 90,
    });
  });

  test.each([
    ['a reset', reset],
    ['a body that breaks off', cutInBody],
    ['silence', hang],
    ['a body that never ends', hangInBody],
  ])('%s', async (_what, reply) => {
    expect(await post(reply, { timeoutMilliseconds: 150 })).toMatchObject({ kind: 'retry' });
  });

  test('nobody listens', async () => {
    const url = new Secret(`http://127.0.0.1:1${path}${secretQuery}`);
    const outcome = await createTeamsSender([{ id: 'licences', url }]).post('licences', card, 'key-1');
    expect(outcome).toMatchObject({ kind: 'retry' });
  });
});

describe('the URL is a secret', () => {
  const leaks: [string, Reply][] = [
    ['404', text(404, '')],
    ['400', text(400, `no workflow at ${path}${secretQuery}`)],
    ['413', text(413, '')],
    ['503', text(503, '')],
    ['a redirect', text(307, '', { location: `https://evil.example/${secretQuery}` })],
    ['a reset', reset],
    ['silence', hang],
    ['a hidden failure', text(200, `Webhook message delivery failed for ${path}${secretQuery}`)],
  ];

  test.each(leaks)('and no outcome tells it: %s', async (_what, reply) => {
    const told = inspect(await post(reply, { timeoutMilliseconds: 150 }), { depth: null });
    for (const secret of ['very-secret-signature', 'workflows', '127.0.0.1', 'http']) {
      expect(told).not.toContain(secret);
    }
  });

  test('nor where it is no URL at all, or fetch itself quotes it', async () => {
    const url = new Secret(`not a url ${secretQuery}`);
    const outcomes = [
      await createTeamsSender([{ id: 'licences', url }]).post('licences', card, 'key-1'),
      await post(text(202, ''), {
        fetch: (asked) => Promise.reject(new TypeError(`failed: ${inspect(asked)}`)),
      }),
    ];
    expect(inspect(outcomes, { depth: null })).not.toContain('very-secret-signature');
  });

  test('nor its fingerprint, which another URL changes', () => {
    const fingerprint = (url: string): string =>
      createTeamsSender([{ id: 'licences', url: new Secret(url) }]).fingerprint('licences');
    const old = fingerprint(`https://a.example/${secretQuery}`);
    expect(old).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint(`https://a.example/${secretQuery}`)).toBe(old);
    expect(fingerprint(`https://b.example/${secretQuery}`)).not.toBe(old);
  });

  test('nor the sender, nor the error about a channel that is not there', async () => {
    const sender = createTeamsSender([
      { id: 'licences', url: new Secret(`https://a.example/${secretQuery}`) },
    ]);
    expect(inspect(sender, { depth: null, showHidden: true })).not.toContain('very-secret-signature');
    await expect(sender.post('another', card, 'key-1')).rejects.toThrow(
      'channel another is not in the settings',
    );
  });
});
