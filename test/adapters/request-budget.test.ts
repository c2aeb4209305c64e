import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRequestBudget } from '../../shared/adapters/request-budget.ts';
import type { RequestBudget } from '../../shared/adapters/request-budget.ts';

interface World {
  budget: RequestBudget;
  time: number;
  slept: number[];
}

function world(patienceSeconds = 3): World {
  const state: World = {
    time: 1_000_000,
    slept: [],
    budget: createRequestBudget({
      requests: 5,
      seconds: 10,
      patienceSeconds,
      now: () => state.time,
      sleep: (milliseconds) => {
        state.slept.push(milliseconds);
        state.time += milliseconds;
        return Promise.resolve();
      },
    }),
  };
  return state;
}

async function take(state: World, times: number, key = 'contoso'): Promise<number[]> {
  const answers: number[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await state.budget(key));
  return answers;
}

describe('a budget of 5 requests in 10 seconds', () => {
  test('grants five at once and says when to come again for the sixth', async () => {
    const state = world();
    expect(await take(state, 5)).toEqual([0, 0, 0, 0, 0]);
    state.time += 2500;
    expect(await take(state, 1)).toEqual([8]);
    expect(state.slept).toEqual([]);
  });

  test('sleeps a short wait itself', async () => {
    const state = world();
    await take(state, 5);
    state.time += 7500;
    expect(await take(state, 1)).toEqual([0]);
    expect(state.slept).toEqual([2500]);
  });

  test('does not spend on what it did not grant', async () => {
    const state = world();
    await take(state, 9);
    state.time += 10_000;
    expect(await take(state, 6)).toEqual([0, 0, 0, 0, 0, 10]);
  });

  test('keeps tenants apart', async () => {
    const state = world();
    await take(state, 5);
    expect(await take(state, 1, 'fabrikam')).toEqual([0]);
  });

  test('never grants more than five in any ten seconds, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 40 }), async (pauses) => {
        const state = world();
        const granted: number[] = [];
        for (const pause of pauses) {
          state.time += pause;
          if ((await state.budget('contoso')) === 0) granted.push(state.time);
        }
        for (const [index, at] of granted.entries()) {
          expect(at - (granted[index - 5] ?? -Infinity)).toBeGreaterThanOrEqual(10_000);
        }
      }),
    );
  });

  test('keeps five in ten seconds also for callers that wait at the same time', async () => {
    const wakes: number[] = [];
    const budget = createRequestBudget({
      requests: 5,
      seconds: 10,
      patienceSeconds: 60,
      now: () => 0,
      sleep: (milliseconds) => Promise.resolve(wakes.push(milliseconds)),
    });
    await Promise.all(Array.from({ length: 12 }, () => budget('contoso')));
    expect(wakes).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 20_000, 20_000]);
  });
});
