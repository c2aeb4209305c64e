import { describe, expect, test } from '@jest/globals';
import type { Check } from '../../../cli/doctor/check.ts';
import { examineAll, type Examination } from '../../../cli/doctor/examination.ts';
import { within } from '../../../cli/doctor/limited-calls.ts';

const fine: Check = { check: 'clock', status: 'ok', means: 'agrees' };

function examination(changes: Partial<Examination> = {}): Examination {
  return { check: 'clock', needs: [], look: () => Promise.resolve([fine]), ...changes };
}

describe('examinations', () => {
  test('are told in their order, however long each takes', async () => {
    const slow = examination({
      check: 'storage',
      look: async () => {
        await new Promise((done) => setTimeout(done, 30));
        return [{ check: 'storage', status: 'ok', means: 'slow' }];
      },
    });
    const told = await examineAll([slow, examination()], new Map(), () => undefined);
    expect(told.map(({ check }) => check)).toEqual(['storage', 'clock']);
  });

  test('that throw are a failure of themselves, the others go on, and what was thrown is not quoted', async () => {
    const thrown = Object.assign(new Error('https://x/?sig=planted'), { name: 'RestError', code: 'EPIPE' });
    const broken = examination({
      check: 'storage',
      tenant: { id: 't', name: 'Contoso' },
      look: () => Promise.reject(thrown),
    });
    const odd = examination({
      check: 'queue',
      look: () => Promise.reject(new Error('planted')),
    });
    const told = await examineAll([broken, odd, examination()], new Map(), () => undefined);
    expect(told).toMatchObject([
      {
        check: 'storage',
        tenant: { name: 'Contoso' },
        status: 'fail',
        means: 'could not be checked: RestError (EPIPE)',
      },
      { check: 'queue', status: 'fail', means: 'could not be checked: Error' },
      fine,
    ]);
    expect(JSON.stringify(told)).not.toContain('planted');
  });

  test('that need a setting which could not be read are not made', async () => {
    const never = examination({
      check: 'storage',
      needs: ['AzureWebJobsStorage'],
      look: () => Promise.reject(new Error()),
    });
    const unread = new Map([
      [
        'AzureWebJobsStorage__queueServiceUri',
        { status: 'warn', means: 'not checked: it is wrong' } as const,
      ],
    ]);
    const told = await examineAll([never, examination()], unread, () => undefined);
    expect(told).toEqual([{ check: 'storage', status: 'warn', means: 'not checked: it is wrong' }, fine]);
  });

  test('are counted as they are done', async () => {
    const done: Examination[] = [];
    await examineAll([examination(), examination()], new Map(), (one) => done.push(one));
    expect(done).toHaveLength(2);
  });

  test('do not wait for ever', async () => {
    expect(await within(10, new Promise<string>(() => undefined), 'late')).toBe('late');
    expect(await within(60_000, Promise.resolve('done'), 'late')).toBe('done');
    await expect(within(60_000, Promise.reject(new Error('x')), 'late')).rejects.toThrow('x');
  });
});
