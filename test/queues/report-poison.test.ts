import { describe, expect, test } from '@jest/globals';
import type { PoisonMessage } from '../../shared/queues/poison-store.ts';
import { reportPoison } from '../../shared/queues/report-poison.ts';
import { readStateSchema, type StateValue } from '../../shared/state/state.ts';
import {
  createMemoryPoisonQueues,
  createMemoryPoisonStore,
  createMemoryStorageFailures,
} from '../builders/memory-poison-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';

const tenants = { watched: [{ id: 'tenant-a' }, { id: 'tenant-b' }], removed: [{ id: 'tenant-gone' }] };
const timing = { retrySeconds: 30 };
const minutes = (count: number): string => new Date(Date.UTC(2026, 2, 1, 8, count)).toISOString();
const message = (messageId: string, body: string, overrides: Partial<PoisonMessage> = {}): PoisonMessage => ({
  queue: 'evaluate-licence',
  messageId,
  insertedAt: minutes(0),
  body,
  ...overrides,
});
const envelope = (tenantId: string, kind = 'k', items: unknown[] = []): string =>
  Buffer.from(JSON.stringify({ v: 1, tenantId, kind, items })).toString('base64');

/** What a run told: one line a tenant, queue and state. */
interface Told {
  tenantId: string;
  queue: string;
  value: StateValue<'queue'>;
}

function poisoned(...messages: PoisonMessage[]) {
  const logged: string[] = [];
  const log = (text: string, fields: object = {}): void => {
    logged.push(text + JSON.stringify(fields));
  };
  const poison = createMemoryPoisonStore();
  const queues = createMemoryQueues();
  let now = Date.parse('2026-03-01T09:00:00Z');
  const clock = { now: () => new Date(now) };
  const storageFailures = createMemoryStorageFailures();
  const self = {
    storageFailures,
    poisonQueues: createMemoryPoisonQueues(messages),
    poison,
    queues,
    clock,
    log: { info: log, warn: log, error: log },
    logged,
    pass: (count: number): void => {
      now += count * 60_000;
    },
    /** Handles what has come since; what was received in an earlier run and not removed is seen again. */
    report(more: readonly PoisonMessage[] = [], who = tenants): Promise<void> {
      self.poisonQueues = createMemoryPoisonQueues([...self.poisonQueues.left(), ...more]);
      return reportPoison(who, self, timing);
    },
    kept: async () => {
      const bodies: string[] = [];
      for await (const { body } of poison.list()) bodies.push(body);
      return bodies;
    },
    signals: () => queues.messages('signals'),
    /** And forgets it. */
    told: (): Told[] =>
      queues.take('signals').flatMap(({ envelope: { tenantId, kind, items } }) => {
        expect(kind).toBe('states');
        return items.map((item) => {
          const { source, subject, value } = readStateSchema.parse(item);
          expect([source, subject]).toEqual(['queue', { kind: 'queue', id: subject.id, name: subject.id }]);
          return { tenantId, queue: subject.id, value: value as StateValue<'queue'> };
        });
      }),
  };
  return self;
}

describe('messages that could not be handled', () => {
  test('are kept, told to their tenant, and leave the poison queue', async () => {
    const run = poisoned(message('m1', envelope('tenant-b')));
    await run.report();
    expect(await run.kept()).toEqual([envelope('tenant-b')]);
    expect(run.told()).toEqual([
      {
        tenantId: 'tenant-b',
        queue: 'evaluate-licence',
        value: {
          kept: 1,
          since: minutes(0),
          latest: [{ messageId: 'm1', insertedAt: minutes(0) }],
          newest: 'm1',
        },
      },
    ]);
    expect(run.poisonQueues.left()).toEqual([]);
  });

  test('are told once a tenant and queue, with their number and the latest of them, however many there are', async () => {
    const burst = Array.from({ length: 250 }, (_, n) =>
      message(`m${n}`, envelope(n % 5 === 0 ? 'tenant-b' : 'tenant-a'), { insertedAt: minutes(n) }),
    );
    const run = poisoned(...burst, message('v', envelope('tenant-a'), { queue: 'verdicts' }));
    await run.report();
    expect(run.signals()).toHaveLength(2);
    const told = run.told();
    expect(told.map(({ tenantId, queue, value }) => [tenantId, queue, value.kept, value.newest])).toEqual([
      ['tenant-b', 'evaluate-licence', 50, 'm245'],
      ['tenant-a', 'evaluate-licence', 200, 'm249'],
      ['tenant-a', 'verdicts', 1, 'v'],
    ]);
    expect(told[1]?.value.latest).toHaveLength(20);
    expect(told[1]?.value.latest[0]).toEqual({ messageId: 'm249', insertedAt: minutes(249) });
    expect(told[1]?.value.since).toBe(minutes(1));
  });

  test('are told again when more come, and not before', async () => {
    const run = poisoned(message('m1', envelope('tenant-a')), message('n1', envelope('tenant-b')));
    await run.report();
    run.told();
    run.pass(5);
    await run.report();
    expect(run.told()).toEqual([]);
    run.pass(5);
    await run.report([message('m2', envelope('tenant-a'), { insertedAt: minutes(1) })]);
    expect(run.told()).toMatchObject([{ tenantId: 'tenant-a', value: { kept: 2, newest: 'm2' } }]);
  });

  test('are over when nothing is kept any more; fewer are told, and none of them as new', async () => {
    const run = poisoned(
      message('m1', envelope('tenant-a')),
      message('m2', envelope('tenant-a'), { insertedAt: minutes(1) }),
    );
    await run.report();
    run.told();
    const all = run.poison.listKept.bind(run.poison);
    const only = (left: string[]) => {
      run.poison.listKept = async function* (which) {
        for await (const each of all(which)) if (left.includes(each.messageId)) yield each;
      };
    };
    only(['m1']);
    await run.report();
    expect(run.told()).toMatchObject([{ value: { kept: 1, latest: [{ messageId: 'm1' }], newest: 'm2' } }]);
    only([]);
    await run.report();
    expect(run.told()).toMatchObject([{ value: { kept: 0, latest: [] } }]);
    await run.report();
    expect(run.told()).toEqual([]);
    expect(await run.poison.readNotes()).toMatchObject({ untold: [], told: [], counted: [] });
  });

  test('that stand are told again before what was told is too old', async () => {
    const run = poisoned(message('m1', envelope('tenant-a')));
    await run.report();
    run.told();
    run.pass(12 * 60 - 1);
    await run.report();
    expect(run.told()).toEqual([]);
    run.pass(1);
    await run.report();
    expect(run.told()).toMatchObject([{ value: { kept: 1, newest: 'm1' } }]);
  });

  test('are kept also while no tenant is watched, the log says so, and they are told to the first that is', async () => {
    const run = poisoned(message('m1', envelope('tenant-b')));
    await run.report([], { watched: [], removed: [] });
    expect(await run.kept()).toEqual([envelope('tenant-b')]);
    expect(run.told()).toEqual([]);
    expect(run.logged.join('\n')).toContain('could not be handled');
    await run.report();
    expect(run.told()).toMatchObject([{ tenantId: 'tenant-b', value: { kept: 1 } }]);
  });

  test('of a tenant that is being removed are dropped, and told to nobody', async () => {
    const run = poisoned(message('m1', envelope('tenant-gone')));
    await run.report();
    expect(await run.kept()).toEqual([]);
    expect(run.told()).toEqual([]);
    expect(run.poisonQueues.left()).toEqual([]);
    expect(run.logged.join('\n')).toContain('being removed');
  });

  test('of a tenant that is not watched any more are told to the first, and nothing is told to it', async () => {
    const run = poisoned(message('m1', envelope('tenant-b')));
    await run.report();
    run.told();
    await run.report([message('m2', envelope('tenant-a'))], { watched: [{ id: 'tenant-a' }], removed: [] });
    expect(run.told()).toMatchObject([{ tenantId: 'tenant-a', value: { kept: 2 } }]);
    expect((await run.poison.readNotes()).told.map(({ tenantId }) => tenantId)).toEqual(['tenant-a']);
  });

  test.each([['not base64 at all {'], [envelope('somebody else')], [''], ['bnVsbA==']])(
    'a message that names no watched tenant (%s) is told to the first, and its body is not in the log',
    async (body) => {
      const run = poisoned(message('m1', body));
      await run.report();
      expect(run.told()).toMatchObject([{ tenantId: 'tenant-a' }]);
      if (body.length > 4) expect(run.logged.join('\n')).not.toContain(body);
    },
  );
});

describe('messages that failed while storage failed', () => {
  const failed = (messageId: string, insertedAt: string, replays?: number): PoisonMessage => {
    const said = {
      v: 1,
      tenantId: 'tenant-a',
      kind: 'k',
      items: [1],
      ...(replays === undefined ? {} : { replays }),
    };
    return message(messageId, Buffer.from(JSON.stringify(said)).toString('base64'), { insertedAt });
  };
  const put = (run: ReturnType<typeof poisoned>) =>
    run.poisonQueues.replayed.map(({ body }): unknown =>
      JSON.parse(Buffer.from(body, 'base64').toString('utf8')),
    );

  test('are put back by the timer alone once storage answers, and nobody is alarmed', async () => {
    const run = poisoned(failed('m1', minutes(30)));
    run.storageFailures.failedAt(minutes(0), minutes(4), minutes(30));
    await run.report();
    expect(put(run)).toEqual([
      { v: 1, tenantId: 'tenant-a', kind: 'k', items: [1], replayed: true, replays: 1 },
    ]);
    expect(await run.kept()).toEqual([]);
    expect(run.told()).toEqual([]);
    expect(run.logged.join('\n')).not.toContain('could not be handled');
    await run.report();
    expect(run.poisonQueues.replayed).toEqual([]);
  });

  test('wait while storage still fails; an alert that was raised meanwhile is over once they are put back', async () => {
    const run = poisoned(failed('m1', minutes(59)));
    run.storageFailures.failedAt(minutes(30), minutes(60));
    await run.report();
    expect(put(run)).toEqual([]);
    expect(run.told()).toMatchObject([{ value: { kept: 1 } }]);
    run.storageFailures.failedAt(minutes(64));
    run.pass(4);
    await run.report();
    expect(put(run)).toEqual([]);
    run.pass(5);
    await run.report();
    expect(put(run)).toHaveLength(1);
    expect(run.told()).toMatchObject([{ value: { kept: 0 } }]);
  });

  test('are put back at most three times, each time later, and then are a person’s matter', async () => {
    const run = poisoned();
    const at = minutes(55);
    run.storageFailures.failedAt(at);
    await run.report([failed('once', at, 1), failed('twice', at, 2), failed('thrice', at, 3)]);
    // 30 seconds, 2 minutes and 8 minutes after they failed: it is 5 minutes later now.
    expect(put(run)).toMatchObject([{ replays: 2 }]);
    expect(run.told()).toMatchObject([{ value: { kept: 2 } }]);
    run.pass(5);
    await run.report();
    expect(put(run)).toMatchObject([{ replays: 3 }]);
    run.pass(600);
    await run.report();
    expect(put(run)).toEqual([]);
    expect(run.told()).toMatchObject([{ value: { kept: 1, latest: [{ messageId: 'thrice' }] } }]);
  });

  test('are no bad ones that failed at another time, and none that cannot be read', async () => {
    const run = poisoned(
      failed('before', minutes(10)),
      failed('after', minutes(40)),
      message('m', 'no envelope', { insertedAt: minutes(25) }),
    );
    run.storageFailures.failedAt(minutes(20), minutes(24), minutes(28));
    await run.report();
    expect(put(run)).toEqual([]);
    expect(await run.kept()).toHaveLength(3);
    expect(run.told()).toMatchObject([{ value: { kept: 3 } }]);
  });

  test.each(['saveFailing', 'keepAll', 'mark', 'remove', 'unmark'] as const)(
    'a crash at %s loses none of them',
    async (place) => {
      const run = poisoned(failed('m1', minutes(30)));
      run.storageFailures.failedAt(minutes(30));
      const healthy = { ...run.poison };
      run.poison[place] = () => Promise.reject(new Error('crash'));
      await expect(run.report()).rejects.toThrow('crash');
      const before = put(run);
      Object.assign(run.poison, healthy);
      await run.report();
      expect([...before, ...put(run)]).toContainEqual(
        expect.objectContaining({ replayed: true, replays: 1 }),
      );
      expect(await run.kept()).toEqual([]);
      expect(await run.poison.readNotes()).toMatchObject({ untold: [], automatic: [], told: [] });
    },
  );
});

describe('what cannot be handled of poison itself', () => {
  const ofTelling: [string, string, unknown[]][] = [
    ['signals', 'states', [{ source: 'queue', subject: { kind: 'queue', id: 'collect' } }]],
    ['evaluate-operations', 'subjects', [{ kind: 'queue', id: 'collect', why: 'signal' }]],
    [
      'verdicts',
      'findings',
      [{ rule: 'operations/poison-message', subject: { kind: 'queue', id: 'collect' } }],
    ],
    ['notices', 'notices-waiting', [{ channel: 'licences' }]],
  ];

  test.each(ofTelling)(
    'in %s is told once, then kept and counted, and makes no loop',
    async (queue, kind, items) => {
      const one = (id: string) => message(id, envelope('tenant-a', kind, items), { queue });
      const run = poisoned(one('m0'));
      await run.report();
      expect(run.told()).toMatchObject([{ queue, value: { kept: 1 } }]);
      // Each telling fails and comes back as poison, for a day; what stands is told again after half of it.
      let tellings = 0;
      for (let n = 1; n <= 24 * 12; n += 1) {
        run.pass(5);
        await run.report(n === 1 || tellings > 0 ? [one(`m${n}`)] : []);
        tellings = run.signals().length;
        run.queues.take('signals');
      }
      expect(await run.kept()).toHaveLength(3);
    },
  );

  test.each(ofTelling)(
    'in %s is counted with what else fails there, which is told at once',
    async (queue, kind, items) => {
      const run = poisoned(message('m0', envelope('tenant-a', kind, items), { queue }));
      await run.report();
      run.told();
      run.pass(5);
      await run.report([
        message('m1', envelope('tenant-a', kind, items), { queue, insertedAt: minutes(1) }),
        message('m2', envelope('tenant-a', 'audit-records', [{}]), { queue, insertedAt: minutes(2) }),
      ]);
      expect(run.told()).toMatchObject([{ queue, value: { kept: 3, newest: 'm2' } }]);
    },
  );

  test('is told to each tenant, though another knows of the queue', async () => {
    const [[queue, kind, items] = ['', '', []]] = ofTelling;
    const run = poisoned(message('m0', envelope('tenant-a', kind, items), { queue }));
    await run.report();
    run.told();
    await run.report([message('m1', envelope('tenant-b', kind, items), { queue })]);
    expect(run.told()).toMatchObject([{ tenantId: 'tenant-b', value: { kept: 1 } }]);
  });
});

describe('what is counted for health', () => {
  test('is each queue with the number kept, since when and until when, and goes with the last of it', async () => {
    const run = poisoned(message('m1', envelope('tenant-a')), message('n1', envelope('tenant-b')));
    await run.report();
    const since = '2026-03-01T09:00:00.000Z';
    const queue = 'evaluate-licence';
    expect(await run.poison.readCounted()).toEqual([{ queue, kept: 2, since, latest: since }]);
    run.pass(5);
    await run.report([message('m2', envelope('tenant-a'))]);
    const latest = '2026-03-01T09:05:00.000Z';
    expect(await run.poison.readCounted()).toEqual([{ queue, kept: 3, since, latest }]);
    await run.poison.remove(queue, ['m1', 'm2', 'n1']);
    await run.report();
    expect(await run.poison.readCounted()).toEqual([]);
  });

  test('is not counted again in every run where it is very much', async () => {
    const run = poisoned();
    const many = Array.from({ length: 1001 }, (_, n) => message(`m${n}`, envelope('tenant-a')));
    await run.poison.keepAll(many, minutes(0));
    await run.poison.mark('untold', 'evaluate-licence');
    await run.report();
    expect(run.told()).toMatchObject([{ value: { kept: 1001 } }]);
    const all = run.poison.listKept.bind(run.poison);
    let listed = 0;
    run.poison.listKept = (which) => {
      listed += 1;
      return all(which);
    };
    await run.report();
    expect(listed).toBe(0);
    await run.poison.remove('evaluate-licence', ['m0']);
    await run.poison.mark('untold', 'evaluate-licence');
    await run.report();
    expect(run.told()).toMatchObject([{ value: { kept: 1000 } }]);
  });
});

describe('a crash', () => {
  test.each(['keepAll', 'mark', 'send', 'saveTold', 'saveCounted', 'unmark', 'remove'] as const)(
    'at %s loses no message, and each queue is told with all that is kept',
    async (place) => {
      const messages = ['m1', 'm2'].map((id) => message(id, envelope('tenant-a')));
      const run = poisoned(...messages);
      const told: Told[] = [];
      const crash = () => Promise.reject(new Error('crash'));
      const healthy = { poison: { ...run.poison }, queues: { ...run.queues } };
      const failing = createMemoryPoisonQueues(messages);
      if (place === 'send') run.queues.send = crash;
      else if (place === 'remove') failing.remove = crash;
      else run.poison[place] = crash;
      await expect(reportPoison(tenants, { ...run, poisonQueues: failing }, timing)).rejects.toThrow('crash');
      told.push(...run.told());
      Object.assign(run.poison, healthy.poison);
      Object.assign(run.queues, healthy.queues);
      const again = createMemoryPoisonQueues(failing.left());
      await reportPoison(tenants, { ...run, poisonQueues: again }, timing);
      told.push(...run.told());
      expect(await run.kept()).toHaveLength(2);
      expect(again.left()).toEqual([]);
      expect(told.at(-1)).toMatchObject({ tenantId: 'tenant-a', value: { kept: 2 } });
      expect((await run.poison.readNotes()).untold).toEqual([]);
    },
  );
});
