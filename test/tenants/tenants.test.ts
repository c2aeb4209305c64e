import { describe, expect, test } from '@jest/globals';
import type { Log } from '../../shared/ports.ts';
import type { TenantStore } from '../../shared/tenants/tenant-store.ts';
import { createTenants, rememberedSeconds, unlessRemoved } from '../../shared/tenants/tenants.ts';
import { createMemoryTenantStore } from '../builders/memory-tenant-store.ts';
import { contoso, fabrikam, tenantRow } from './removal-by-hand.ts';

const requestedAt = '2026-03-01T08:00:00.000Z';

function tenantsOfTable() {
  const store = createMemoryTenantStore();
  let now = Date.parse(requestedAt);
  const reads = { list: 0, get: 0 };
  const counted: TenantStore = {
    ...store,
    list() {
      reads.list += 1;
      return store.list();
    },
    get(tenantId) {
      reads.get += 1;
      return store.get(tenantId);
    },
  };
  const tenants = createTenants({ kind: 'table' }, counted, { now: () => new Date(now) });
  return {
    tenants,
    store: counted,
    reads,
    pass: (seconds: number) => (now += seconds * 1000),
    put: async (id: string, removed = false): Promise<void> => {
      const row = tenantRow({ id, ...(removed ? { removal: { requestedAt } } : {}) });
      await store.save(row, (await store.get(id))?.version);
    },
  };
}

describe('who is watched', () => {
  test('is who the settings list, without a look at the table', async () => {
    const listed = [{ id: contoso, name: 'Contoso' }];
    const broken = { ...createMemoryTenantStore(), list: () => ({}) as never };
    const tenants = createTenants({ kind: 'list', tenants: listed }, broken, { now: () => new Date(0) });
    expect(await tenants.read()).toEqual({ watched: listed, removed: [] });
    expect(await tenants.isRemoved(contoso)).toBe(false);
  });

  test('is who stands in the table and is not being removed', async () => {
    const { tenants, put } = tenantsOfTable();
    expect(await tenants.read()).toEqual({ watched: [], removed: [] });
    await put(contoso);
    await put(fabrikam, true);
    const { watched, removed } = await tenants.read();
    expect(watched).toEqual([{ id: contoso, name: 'Contoso', domain: 'contoso.com' }]);
    expect(removed.map(({ id }) => id)).toEqual([fabrikam]);
  });

  test('is not "nobody" when the table cannot be read', async () => {
    const { tenants, store } = tenantsOfTable();
    store.list = () => {
      throw new Error('no storage');
    };
    await expect(tenants.read()).rejects.toThrow('no storage');
    await expect(tenants.isRemoved(contoso)).rejects.toThrow('no storage');
  });

  test('is asked once for the messages of some seconds', async () => {
    const { tenants, put, reads, pass } = tenantsOfTable();
    await put(contoso);
    for (let message = 0; message < 100; message += 1) expect(await tenants.isRemoved(contoso)).toBe(false);
    expect(reads).toEqual({ list: 1, get: 0 });
    pass(rememberedSeconds);
    await tenants.isRemoved(contoso);
    expect(reads).toEqual({ list: 2, get: 0 });
  });

  test('changes within seconds of a removal', async () => {
    const { tenants, put, pass } = tenantsOfTable();
    await put(contoso);
    expect(await tenants.isRemoved(contoso)).toBe(false);
    await put(contoso, true);
    pass(rememberedSeconds);
    expect(await tenants.isRemoved(contoso)).toBe(true);
  });

  test('is asked anew before anything is dropped: who was added again at this moment loses nothing', async () => {
    const { tenants, put } = tenantsOfTable();
    await put(contoso, true);
    expect(await tenants.isRemoved(contoso)).toBe(true);
    await put(contoso);
    expect(await tenants.isRemoved(contoso)).toBe(false);
  });

  test('a tenant that the table does not name is not one that is removed', async () => {
    const { tenants } = tenantsOfTable();
    expect(await tenants.isRemoved(contoso)).toBe(false);
  });
});

describe('a message', () => {
  const handledOf = async (message: unknown, removed: boolean) => {
    const { tenants, put } = tenantsOfTable();
    await put(contoso, removed);
    const logged: string[] = [];
    const write = (text: string, fields: object = {}): void => {
      logged.push(text + JSON.stringify(fields));
    };
    const log: Log = { info: write, warn: write, error: write };
    let handled = false;
    await unlessRemoved(message, { tenants, log }, () => {
      handled = true;
      return Promise.resolve();
    });
    return { handled, logged };
  };
  const about = (kind: string) => ({ v: 1, tenantId: contoso, kind, items: [{ secret: 'body' }] });

  test.each(['audit-records', 'users', 'findings', 'collection-request', 'collection-step'])(
    'of the kind %s is handled while its tenant is watched, and dropped with a word when it is removed',
    async (kind) => {
      expect(await handledOf(about(kind), false)).toEqual({ handled: true, logged: [] });
      const { handled, logged } = await handledOf(about(kind), true);
      expect(handled).toBe(false);
      expect(logged).toEqual([expect.stringMatching(/^message dropped: its tenant is being removed/)]);
      expect(logged.join('')).not.toContain('body');
    },
  );

  test('about a channel is handled whoever sent it: the notices of others wait for it', async () => {
    expect((await handledOf(about('notices-waiting'), true)).handled).toBe(true);
  });

  test('that is no envelope is handled, and refused there', async () => {
    expect((await handledOf('{bad json', true)).handled).toBe(true);
  });
});
