import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { alertLine, watchAlerts } from '../../../dev/start/alert-lines.ts';

const alert = {
  id: 'a',
  severity: 'high',
  status: 'open',
  episode: 1,
  title: 'Maria Oliveira did not get Office 365 E3',
  updatedAt: '2026-02-03T12:00:00.000Z',
  cause: { kind: 'pending' },
};

describe('the lines of npm start', () => {
  let server: Server;
  let url: string;
  let pages: Record<string, unknown>;
  beforeEach(async () => {
    pages = {};
    server = createServer((request, response) => {
      const after = new URL(request.url ?? '/', url).searchParams.get('after') ?? '';
      response.end(JSON.stringify(pages[after]));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  test('tell of an alert once, and again when something changes that a person would act on', async () => {
    const watch = watchAlerts(url);
    pages = { '': { value: [alert] } };
    expect(await watch.news()).toHaveLength(1);
    expect(await watch.news()).toEqual([]);
    pages = { '': { value: [{ ...alert, updatedAt: '2026-02-03T12:01:00.000Z' }] } };
    expect(await watch.news()).toEqual([]);
    pages = { '': { value: [{ ...alert, cause: { kind: 'removed-directly' } }] } };
    expect(await watch.news()).toEqual([expect.stringContaining('removed-directly')]);
    pages = { '': { value: [{ ...alert, cause: { kind: 'removed-directly' }, status: 'resolved' }] } };
    expect(await watch.news()).toEqual([expect.stringContaining('resolved')]);
  });

  test('read every page, and tell the oldest change first', async () => {
    const earlier = { ...alert, id: 'b', title: 'Earlier', updatedAt: '2026-02-03T11:00:00.000Z' };
    pages = { '': { value: [alert], next: 'more' }, more: { value: [earlier] } };
    const lines = await watchAlerts(url).news();
    expect(lines).toEqual([expect.stringContaining('Earlier'), expect.stringContaining('Maria')]);
  });

  test('leave out what was there from an earlier start', async () => {
    pages = { '': { value: [alert] } };
    const watch = watchAlerts(url);
    expect(await watch.skip()).toBe(1);
    expect(await watch.news()).toEqual([]);
  });

  test('are one line each, whatever a name holds', () => {
    const line = alertLine({ ...alert, title: 'Eve\n12:00 critical\u001b[2J\u202e' });
    expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(line).toContain('Eve');
  });
});
