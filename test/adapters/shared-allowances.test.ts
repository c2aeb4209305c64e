import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSharedAllowances } from '../../shared/adapters/shared-allowances.ts';
import type { AllowanceStore, Spending, TakeAllowance } from '../../shared/services/allowance.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';

const auditLogs: Spending = {
  allowance: 'audit-logs',
  words: 'the audit logs',
  units: 5,
  seconds: 10,
  portion: 1,
  portionSeconds: 0,
  eachInstance: false,
  cost: 1,
};
const directory: Spending = {
  ...auditLogs,
  allowance: 'identity',
  units: 100,
  portion: 20,
  portionSeconds: 2,
  cost: 3,
};

/** Instances that share a row and a clock, as far as storage is one for all. */
function instances(count: number, store: AllowanceStore = createMemoryCoverageStore()) {
  const world = {
    time: Date.parse('2026-03-01T12:00:00.000Z'),
    slept: [] as number[],
    reads: 0,
    each: [] as TakeAllowance[],
  };
  const counted: AllowanceStore = {
    readAllowance: (tenantId, allowance) => {
      world.reads += 1;
      return store.readAllowance(tenantId, allowance);
    },
    saveAllowance: (row, version) => store.saveAllowance(row, version),
  };
  world.each = Array.from({ length: count }, () =>
    createSharedAllowances(counted, {
      now: () => world.time,
      sleep: (milliseconds) => {
        world.slept.push(milliseconds);
        world.time += milliseconds;
        return Promise.resolve();
      },
    }),
  );
  return world;
}

describe('an allowance that instances share', () => {
  test('is used up by all of them together, for each tenant by itself', async () => {
    const world = instances(3);
    const answers: number[] = [];
    for (let n = 0; n < 6; n += 1) answers.push((await world.each[n % 3]?.('contoso', auditLogs)) ?? -1);
    expect(answers).toEqual([0, 0, 0, 0, 0, 10]);
    expect(await world.each[0]?.('fabrikam', auditLogs)).toBe(0);
  });

  test('never gives more than it holds in any window, whoever asks when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 4000 })), {
          maxLength: 60,
        }),
        fc.constantFrom(auditLogs, directory),
        async (calls, spending) => {
          const world = instances(3);
          const used: { at: number; units: number }[] = [];
          for (const [instance, pause] of calls) {
            world.time += pause;
            if ((await world.each[instance]?.('contoso', spending)) === 0) {
              used.push({ at: world.time, units: spending.cost });
            }
          }
          for (const { at } of used) {
            const inWindow = used.filter((one) => one.at >= at && one.at < at + spending.seconds * 1000);
            const units = inWindow.reduce((sum, one) => sum + one.units, 0);
            expect(units).toBeLessThanOrEqual(spending.units);
          }
        },
      ),
    );
  });

  test('is taken in portions, so that counting many calls reads the row few times', async () => {
    const world = instances(1);
    for (let n = 0; n < 30; n += 1) expect(await world.each[0]?.('contoso', directory)).toBe(0);
    // 90 units of 100, of a portion of 20 six calls at most.
    expect(world.reads).toBe(5);
  });

  test('is given to no more than it holds where all ask at once', async () => {
    const world = instances(4);
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => world.each.map((take) => take('contoso', auditLogs))).flat(),
    );
    expect(answers.filter((seconds) => seconds === 0).length).toBeLessThanOrEqual(5);
    expect(answers.filter((seconds) => seconds === 0).length).toBeGreaterThan(0);
  });

  test('waits for a moment by itself', async () => {
    const world = instances(1);
    for (let n = 0; n < 5; n += 1) await world.each[0]?.('contoso', auditLogs);
    world.time += 8000;
    expect(await world.each[0]?.('contoso', auditLogs)).toBe(0);
    expect(world.slept).toEqual([2000]);
  });

  test('is not given where its row cannot be had: others may have used it up', async () => {
    const store = createMemoryCoverageStore();
    store.readAllowance = () => Promise.reject(new Error('storage is away'));
    expect(await instances(1, store).each[0]?.('contoso', auditLogs)).toBeGreaterThan(0);
    const refusing = createMemoryCoverageStore();
    refusing.saveAllowance = () => Promise.resolve('changed');
    expect(await instances(1, refusing).each[0]?.('contoso', auditLogs)).toBeGreaterThan(0);
  });

  test('that each instance counts for itself costs no storage', async () => {
    const world = instances(1);
    expect(await world.each[0]?.('contoso', { ...auditLogs, eachInstance: true })).toBe(0);
    expect(world.reads).toBe(0);
  });
});
