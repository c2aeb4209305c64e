import { describe, expect, test } from '@jest/globals';
import { removeTenant } from '../../shared/tenants/remove-tenant.ts';
import { createTenants } from '../../shared/tenants/tenants.ts';
import { leftOf, nothingLeft, watchedForAWhile } from '../builders/tenant-data.ts';
import { contoso, fabrikam, removalByHand, tenantRow } from './removal-by-hand.ts';

async function twoTenants(...given: Parameters<typeof removalByHand>) {
  const run = removalByHand(...given);
  for (const id of [contoso, fabrikam]) {
    await run.put(tenantRow({ id }));
    await watchedForAWhile(id, run);
  }
  return run;
}

describe('a tenant that is removed', () => {
  test('loses everything but nothing of its neighbour, and then its row', async () => {
    const run = await twoTenants();
    const before = await leftOf(fabrikam, run);
    await run.mark();
    await run.settle();
    expect(await leftOf(contoso, run)).toEqual(nothingLeft);
    expect(await run.row()).toBeUndefined();
    expect(await leftOf(fabrikam, run)).toEqual(before);
    expect((await run.row(fabrikam))?.removal).toBeUndefined();
    expect(run.queues.messages('collect')).toEqual([]);
    expect(run.logged.join('\n')).toContain('info tenant removed');
  });

  test('has its subscriptions stopped, each content type in each round', async () => {
    const run = await twoTenants();
    await run.mark();
    await run.settle();
    const types = ['Audit.AzureActiveDirectory', 'Audit.Exchange'];
    expect(run.stopped).toEqual([...types, ...types]);
  });

  test('is waited for until no record can come any more, and what came meanwhile goes too', async () => {
    const run = await twoTenants();
    await run.mark();
    await run.settle(60);
    expect((await run.row())?.removal?.stage).toMatchObject({ kind: 'wait' });
    expect(await leftOf(contoso, run)).toEqual(nothingLeft);
    // An invocation that had begun before the removal.
    await watchedForAWhile(contoso, run);
    await run.settle(23 * 60);
    expect(await leftOf(contoso, run)).not.toEqual(nothingLeft);
    await run.settle();
    expect(await leftOf(contoso, run)).toEqual(nothingLeft);
    expect(await run.row()).toBeUndefined();
  });

  test('that lets nobody in any more is told in the log and goes all the same', async () => {
    const run = await twoTenants();
    run.stops = Array.from({ length: 4 }, () => ({
      kind: 'refused' as const,
      reason: 'no token: consent was withdrawn',
    }));
    await run.mark();
    await run.settle();
    expect(await run.row()).toBeUndefined();
    const told = run.logged.filter((line) => line.includes('was not stopped'));
    expect(told).toHaveLength(4);
    expect(told[0]).toMatch(/^warn .*Audit\.AzureActiveDirectory.*consent was withdrawn/);
  });

  test('whose Activity API answers later is waited for, but not for ever', async () => {
    const run = await twoTenants();
    run.stops = Array.from({ length: 100 }, () => ({ kind: 'later' as const, reason: 'throttled' }));
    await run.mark();
    await run.settle();
    expect(await run.row()).toBeUndefined();
    expect(run.logged.filter((line) => line.includes('answers later'))).toHaveLength(10);
  });

  test('is begun by the timer, once', async () => {
    const run = await twoTenants();
    await run.mark();
    await run.schedule();
    await run.schedule();
    expect(run.queues.messages('collect')).toMatchObject([
      { envelope: { tenantId: contoso, kind: 'tenant-removal' } },
    ]);
  });

  test('whose message is lost is taken up again by the timer', async () => {
    const run = await twoTenants();
    await run.mark();
    await run.schedule();
    await run.handleOne();
    run.queues.take('collect');
    await run.settle();
    expect(await leftOf(contoso, run)).toEqual(nothingLeft);
    expect(await run.row()).toBeUndefined();
  });

  test('is not removed while the settings list it: a table of before deletes nothing', async () => {
    const run = await twoTenants();
    await run.mark();
    await run.schedule();
    const [message] = run.queues.take('collect');
    const before = await leftOf(contoso, run);
    const tenants = createTenants(
      { kind: 'list', tenants: [{ id: contoso, name: 'Contoso' }] },
      run.tenantStore,
      run.ports.clock,
    );
    const settings = { latestArrivalMinutes: 1440, retrySeconds: 30 };
    await removeTenant(message?.envelope, { ...run.ports, tenants }, settings);
    expect(await leftOf(contoso, run)).toEqual(before);
  });

  test('that nobody removes is not deleted by a message', async () => {
    const run = await twoTenants();
    const before = await leftOf(contoso, run);
    await run.queues.send('collect', contoso, 'tenant-removal', [{}]);
    await run.handleOne();
    expect(await leftOf(contoso, run)).toEqual(before);
    expect(run.logged.join('\n')).toContain('the tenant is not being removed');
  });
});

describe('a crash during a removal', () => {
  const callsOfARemoval = async (): Promise<number> => {
    const run = await twoTenants();
    await run.mark();
    await run.settle();
    return run.calls();
  };

  test('at any call, before or after it, ends in the same: nothing left of the one, all of the other', async () => {
    const count = await callsOfARemoval();
    expect(count).toBeGreaterThan(80);
    for (let call = 1; call <= count; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        const run = await twoTenants({ call, moment });
        const before = await leftOf(fabrikam, run);
        await run.mark();
        await run.settle();
        expect({ call, moment, left: await leftOf(contoso, run) }).toEqual({
          call,
          moment,
          left: nothingLeft,
        });
        expect({ call, moment, row: await run.row() }).toEqual({ call, moment, row: undefined });
        expect(await leftOf(fabrikam, run)).toEqual(before);
      }
    }
  });
});
