import { describe, expect, test } from '@jest/globals';
import { type Client, contosoId, entraRecord, startTenant } from './tenant.ts';

const audits = '/v1.0/auditLogs/directoryAudits';

async function withFaults(...next: unknown[]): Promise<Client> {
  const client = await startTenant();
  await client.json('/control/records', {
    method: 'POST',
    body: { tenantId: contosoId, entra: [entraRecord('a', '2026-02-03T09:00:00Z')] },
  });
  await client.json('/control/faults', { method: 'POST', body: { next } });
  return client;
}

describe('a fault that was asked for', () => {
  test('comes as often as was asked, then all is well', async () => {
    const client = await withFaults({ path: '/auditLogs/', status: 503, times: 2, retryAfter: 7 });
    for (let index = 0; index < 2; index += 1) {
      const response = await client.request(audits);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
      expect(await response.json()).toMatchObject({ error: { code: 'ServiceUnavailable' } });
    }
    expect((await client.request(audits)).status).toBe(200);
  });

  test('meets only the requests that it names, also by their query', async () => {
    const client = await withFaults({ path: '$filter=activityDateTime ge', status: 400 });
    expect((await client.request(audits)).status).toBe(200);
    const filtered = await client.request(
      `${audits}?${new URLSearchParams({ $filter: 'activityDateTime ge 2026-02-03T00:00:00Z' }).toString()}`,
    );
    expect(filtered.status).toBe(400);
  });

  test('speaks as the service that was asked, with the code that was given', async () => {
    const client = await withFaults(
      { path: '/activity/feed/', status: 401, code: 'AF10001', message: 'no permission' },
      { path: '/organization', status: 403 },
    );
    const activity = await client.request(`/api/v1.0/${contosoId}/activity/feed/subscriptions/list`);
    expect(await activity.json()).toEqual({ error: { code: 'AF10001', message: 'no permission' } });
    const graph = await client.request('/v1.0/organization');
    expect(await graph.json()).toMatchObject({ error: { code: 'Authorization_RequestDenied' } });
  });

  test('may cut the connection', async () => {
    const client = await withFaults({ path: '/auditLogs/', reset: true });
    await expect(client.request(audits)).rejects.toThrow('fetch failed');
    expect((await client.request(audits)).status).toBe(200);
  });

  test('may leave the caller waiting', async () => {
    const client = await withFaults({ path: '/auditLogs/', hang: true });
    const abort = new AbortController();
    const waiting = fetch(`${client.origin}${audits}`, { signal: abort.signal });
    const answer = await client.request('/v1.0/organization');
    expect(answer.status).toBe(200);
    abort.abort();
    await expect(waiting).rejects.toThrow('aborted');
  });

  test.each([{ truncate: true }, { nonJson: true }])('may give a page that is no JSON: %j', async (kind) => {
    const client = await withFaults({ path: '/auditLogs/', ...kind });
    const response = await client.request(audits);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  test('can be taken back', async () => {
    const client = await withFaults({ path: '/auditLogs/', status: 500 });
    expect((await client.request('/control/faults', { method: 'DELETE' })).status).toBe(204);
    expect((await client.request(audits)).status).toBe(200);
  });

  test.each([
    { path: '/x' },
    { path: '', status: 500 },
    { path: '/x', status: 500, reset: true },
    { path: '/x', statsu: 500 },
  ])('is refused where it is not clear: %j', async (fault) => {
    const client = await startTenant();
    const response = await client.request('/control/faults', { method: 'POST', body: { next: [fault] } });
    expect(response.status).toBe(400);
  });
});

describe('the control of the simulated tenant', () => {
  test('answers neither a page of another origin nor a name that points here', async () => {
    const client = await startTenant();
    const foreign = await fetch(`${client.origin}/control/story`, {
      method: 'POST',
      headers: { origin: 'https://example.com' },
    });
    expect(foreign.status).toBe(403);
  });

  test('names what is wrong with records', async () => {
    const client = await startTenant();
    const response = await client.request('/control/records', {
      method: 'POST',
      body: { tenantId: contosoId, entra: [{ id: 'a' }] },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('activityDateTime');
  });
});
