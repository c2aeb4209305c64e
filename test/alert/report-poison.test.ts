import { describe, expect, test } from '@jest/globals';
import { reportPoison } from '../../shared/alert/report-poison.ts';
import type { Finding } from '../../shared/evaluate/finding.ts';
import type { PoisonMessage } from '../../shared/ports.ts';
import { createMemoryPoisonQueues, createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';

const tenants = { watched: [{ id: 'tenant-a' }, { id: 'tenant-b' }], removed: [{ id: 'tenant-gone' }] };
const message = (messageId: string, body: string): PoisonMessage => ({
  queue: 'evaluate-licence',
  messageId,
  insertedAt: '2026-03-01T08:00:00.000Z',
  body,
});
const envelope = (tenantId: string): string =>
  Buffer.from(JSON.stringify({ v: 1, tenantId, kind: 'k', items: [] })).toString('base64');

function poisoned(...messages: PoisonMessage[]) {
  const logged: string[] = [];
  const log = (text: string, fields: object = {}): void => {
    logged.push(text + JSON.stringify(fields));
  };
  const poisonQueues = createMemoryPoisonQueues(messages);
  const poison = createMemoryPoisonStore();
  const queues = createMemoryQueues();
  const clock = { now: () => new Date('2026-03-01T09:00:00Z') };
  const ports = { poisonQueues, poison, queues, clock, log: { info: log, warn: log, error: log } };
  return {
    ...ports,
    logged,
    report: () => reportPoison(tenants, ports),
    kept: async () => {
      const bodies: string[] = [];
      for await (const { body } of poison.list()) bodies.push(body);
      return bodies;
    },
    findings: () => queues.messages('verdicts').map(({ envelope: sent }) => sent.items[0] as Finding),
  };
}

describe('messages that could not be handled', () => {
  test('are kept, raise an alert with their tenant, and leave the poison queue', async () => {
    const run = poisoned(message('m1', envelope('tenant-b')));
    await run.report();
    expect(await run.kept()).toEqual([envelope('tenant-b')]);
    expect(run.findings()).toMatchObject([
      {
        tenantId: 'tenant-b',
        rule: 'operations/poison-message',
        state: 'firing',
        subject: { id: 'evaluate-licence' },
      },
    ]);
    expect(run.poisonQueues.left()).toEqual([]);
  });

  test('are kept also while no tenant is watched, and the log says so', async () => {
    const run = poisoned(message('m1', envelope('tenant-b')));
    await reportPoison({ watched: [], removed: [] }, run);
    expect(await run.kept()).toEqual([envelope('tenant-b')]);
    expect(run.findings()).toEqual([]);
    expect(run.logged.join('\n')).toContain('could not be handled');
  });

  test('of a tenant that is being removed are dropped, and told to nobody', async () => {
    const run = poisoned(message('m1', envelope('tenant-gone')));
    await run.report();
    expect(await run.kept()).toEqual([]);
    expect(run.findings()).toEqual([]);
    expect(run.poisonQueues.left()).toEqual([]);
    expect(run.logged.join('\n')).toContain('being removed');
  });

  test.each([['not base64 at all {'], [envelope('somebody else')], [''], ['bnVsbA==']])(
    'a message that names no watched tenant (%s) is told to the first, and its body is not in the log',
    async (body) => {
      const run = poisoned(message('m1', body));
      await run.report();
      expect(run.findings()).toMatchObject([{ tenantId: 'tenant-a' }]);
      if (body.length > 4) expect(run.logged.join('\n')).not.toContain(body);
    },
  );

  test.each(['keep', 'send', 'remove'] as const)(
    'a crash at %s loses no message and no alert',
    async (place) => {
      const run = poisoned(message('m1', envelope('tenant-a')), message('m2', envelope('tenant-a')));
      const crash = () => Promise.reject(new Error('crash'));
      const healthy = { poison: { ...run.poison }, queues: { ...run.queues } };
      if (place === 'keep') run.poison.keep = crash;
      if (place === 'send') run.queues.send = crash;
      if (place === 'remove') run.poisonQueues.remove = crash;
      await expect(run.report()).rejects.toThrow('crash');
      expect(run.poisonQueues.left()).toHaveLength(2);
      Object.assign(run.poison, healthy.poison);
      Object.assign(run.queues, healthy.queues);
      const again = createMemoryPoisonQueues(run.poisonQueues.left());
      await reportPoison(tenants, { ...run, poisonQueues: again });
      expect(await run.kept()).toHaveLength(2);
      expect(new Set(run.findings().map(({ firing }) => firing?.extent[0]))).toEqual(new Set(['m1', 'm2']));
      expect(again.left()).toEqual([]);
    },
  );
});
