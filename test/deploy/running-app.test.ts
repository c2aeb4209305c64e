import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { askApp, runsVersion, sentenceOf, waitForApp } from '../../scripts/deploy/running-app.ts';

type Reply = { status: number; body: unknown };

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
});

/** An app that gives these replies one after the other, the last one again and again. */
async function serve(...replies: [Reply, ...Reply[]]): Promise<string> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    const reply = replies[Math.min(asked.length, replies.length - 1)];
    asked.push(request.url ?? '');
    response.writeHead(reply?.status ?? 500, { connection: 'close' });
    response.end(typeof reply?.body === 'string' ? reply.body : JSON.stringify(reply?.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`;
}

const healthy = (version: string): Reply => ({
  status: 200,
  body: { status: 'ok', version, checks: [{ name: 'storage', ok: true }] },
});

describe('an app in Azure', () => {
  test('runs, and names its version', async () => {
    const state = await askApp(await serve(healthy('1.2.0')));
    expect(state).toEqual({ kind: 'runs', version: '1.2.0', failing: [] });
    expect(sentenceOf('https://watch', state)).toBe(
      'https://watch runs Gracewatch 1.2.0; every check is fine',
    );
  });

  test('runs also where a check fails, and says which', async () => {
    const checks = [
      { name: 'storage', ok: true },
      { name: 'collect entra-directory-audits', ok: false, since: '2026-03-01T00:00:00.000Z' },
    ];
    const url = await serve({ status: 503, body: { status: 'failing', version: '1.2.0', checks } });
    const state = await askApp(url);
    expect(runsVersion(state, '1.2.0')).toBe(true);
    expect(sentenceOf(url, state)).toContain('failing: collect entra-directory-audits');
  });

  test.each([
    ['a page of the platform', { status: 503, body: '<html>starting</html>' }],
    ['nothing', { status: 404, body: '' }],
    ['other JSON', { status: 200, body: [null] }],
    ['null', { status: 200, body: null }],
  ])('is not taken to run where %s answers', async (_, reply) => {
    expect(await askApp(await serve(reply))).toMatchObject({
      kind: 'silent',
      reason: expect.stringContaining(String(reply.status)),
    });
  });

  test('is not taken to run where nobody answers, and the reason is told', async () => {
    const url = await serve(healthy('1.2.0'));
    server?.close();
    const state = await askApp(url);
    expect(sentenceOf(url, state)).toContain('does not run');
    expect(sentenceOf(url, state)).toContain('ECONNREFUSED');
  });

  test('is waited for while it starts and while the old version answers', async () => {
    const url = await serve({ status: 503, body: 'starting' }, healthy('1.1.0'), healthy('1.2.0'));
    const state = await waitForApp(url, '1.2.0', { attempts: 5, pauseSeconds: 0 });
    expect(runsVersion(state, '1.2.0')).toBe(true);
  });

  test('is given up on after so many tries, with what it said last', async () => {
    const url = await serve(healthy('1.1.0'));
    const state = await waitForApp(url, '1.2.0', { attempts: 3, pauseSeconds: 0 });
    expect(state).toMatchObject({ kind: 'runs', version: '1.1.0' });
    expect(runsVersion(state, '1.2.0')).toBe(false);
  });
});
