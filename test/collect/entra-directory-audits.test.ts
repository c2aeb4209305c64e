import { describe, expect, test } from '@jest/globals';
import { collection } from './collection.ts';
import { licenceAudit } from './simulated-sources.ts';

const manyAudits = Array.from({ length: 7 }, (_, index) =>
  licenceAudit(`audit-${String(index)}`, `2026-02-2${String(index)}T08:00:00.000Z`),
);
const allIds = manyAudits.map((audit) => audit.id);

describe('collecting the directory audits of Entra', () => {
  test('the first run reads back thirty days, page by page, and says that it is the first', async () => {
    const run = collection([...manyAudits, licenceAudit('too-old', '2026-01-20T08:00:00.000Z')]);
    await run.request();
    await run.settle();
    expect(run.ids()).toEqual(allIds);
    expect(new Set(run.delivered.map(({ kind }) => kind))).toEqual(
      new Set(['audit-records-of-first-collection']),
    );
    expect((await run.row()).windows).toEqual([
      { from: '2026-02-20T08:00:00.000Z', to: '2026-03-01T12:00:00.000Z' },
    ]);
    expect(run.queues.messages('notices').map(({ envelope }) => envelope.kind)).toEqual([
      'first-collection-finished',
    ]);
  });

  test('the next run overlaps by fifteen minutes, so that a record listed some minutes late is read', async () => {
    const run = collection(manyAudits);
    await run.request();
    await run.settle();
    run.graph.audits.push(licenceAudit('a little late', '2026-03-01T11:50:00.000Z'));
    run.at('2026-03-01T12:05:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).toContain('a little late');
    expect(run.delivered.at(-1)?.kind).toBe('audit-records');
    expect((await run.row()).windows).toHaveLength(1);
  });

  test('windows are read again after two hours for records that came later than the overlap', async () => {
    const run = collection(manyAudits);
    await run.request();
    await run.settle();
    run.graph.audits.push(licenceAudit('late', '2026-03-01T11:30:00.000Z'));
    run.at('2026-03-01T12:05:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).not.toContain('late');
    run.at('2026-03-01T15:00:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).toContain('late');
  });

  test('and once more after twenty-four hours', async () => {
    const run = collection(manyAudits);
    for (const time of ['2026-03-01T12:00:00.000Z', '2026-03-01T15:00:00.000Z']) {
      run.at(time);
      await run.request();
      await run.settle();
    }
    run.graph.audits.push(licenceAudit('very late', '2026-03-01T12:30:00.000Z'));
    run.at('2026-03-01T18:00:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).not.toContain('very late');
    run.at('2026-03-02T15:00:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).toContain('very late');
  });

  test('an outage of the product leaves no gap: the next run begins where the last one ended', async () => {
    const run = collection(manyAudits);
    await run.request();
    await run.settle();
    run.graph.audits.push(licenceAudit('in the outage', '2026-03-04T12:00:00.000Z'));
    run.at('2026-03-08T12:00:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).toContain('in the outage');
    expect((await run.row()).windows).toEqual([
      { from: '2026-02-20T08:00:00.000Z', to: '2026-03-08T12:00:00.000Z' },
    ]);
    expect((await run.row()).gaps).toEqual([]);
  });

  describe('what is not kept is not listed, so that of the time before seven days ago only that counts which a record shows', () => {
    const start = '2026-03-01T12:00:00.000Z';
    const read = async (run: ReturnType<typeof collection>, at: string) => {
      run.at(at);
      await run.request();
      await run.settle();
      const { windows, gaps } = await run.row();
      return { windows, gaps };
    };

    test.each([true, false])('in a first collection; filters refused: %s', async (refusesFilters) => {
      const run = collection([licenceAudit('recent', '2026-02-27T08:00:00.000Z')]);
      run.graph.refusesFilters = refusesFilters;
      expect(await read(run, start)).toEqual({
        windows: [{ from: '2026-02-22T12:00:00.000Z', to: start }],
        gaps: [],
      });
    });

    test('also where the record that shows it gives no fact', async () => {
      const run = collection([
        {
          ...licenceAudit('ignored', '2026-02-10T08:00:00.000Z'),
          ...{ activityDisplayName: 'Anything else' },
        },
      ]);
      const { windows } = await read(run, start);
      expect(run.ids()).toEqual([]);
      expect(windows).toEqual([{ from: '2026-02-10T08:00:00.000Z', to: start }]);
    });

    test('after an outage, and the rest is a gap', async () => {
      const run = collection(manyAudits);
      await read(run, start);
      const late = '2026-03-20T12:00:00.000Z';
      const { windows, gaps } = await read(run, late);
      expect(windows).toEqual([
        { from: '2026-02-20T08:00:00.000Z', to: start },
        { from: '2026-03-13T12:00:00.000Z', to: late },
      ]);
      expect(gaps).toEqual([
        { from: start, to: '2026-03-13T12:00:00.000Z', reason: expect.stringContaining('seven days') },
      ]);
    });

    test('after an outage of which the oldest records are still there there is no gap but up to them', async () => {
      const run = collection(manyAudits);
      await read(run, start);
      run.graph.audits.push(licenceAudit('in the outage', '2026-03-02T12:00:00.000Z'));
      const { gaps } = await read(run, '2026-03-20T12:00:00.000Z');
      expect(gaps).toMatchObject([{ from: start, to: '2026-03-02T12:00:00.000Z' }]);
    });
  });

  test('a tenant that answers 400 to a filter is read newest first down to the start of the window', async () => {
    const run = collection([...manyAudits, licenceAudit('older', '2026-01-01T00:00:00.000Z')]);
    run.graph.refusesFilters = true;
    await run.request();
    await run.settle();
    expect(run.ids()).toEqual(expect.arrayContaining(allIds));
    expect((await run.row()).failure).toBeUndefined();
    run.graph.audits.push(licenceAudit('new', '2026-03-01T12:01:00.000Z'));
    run.graph.paths.length = 0;
    run.at('2026-03-01T12:05:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).toContain('new');
    expect(run.graph.paths.length).toBeLessThanOrEqual(3);
  });

  test('throttling is waited for as long as the service says, and nothing is lost', async () => {
    const run = collection(manyAudits);
    run.graph.failures = [undefined, { kind: 'later', reason: 'Graph answered 429', afterSeconds: 77 }];
    await run.request();
    await run.settle();
    expect(run.delays).toEqual([77]);
    expect(run.ids()).toEqual(allIds);
    expect((await run.row()).failure).toBeUndefined();
  });

  test('a service that does not answer is tried again, each time later, while its row says so', async () => {
    const run = collection(manyAudits);
    run.graph.failures = Array.from({ length: 4 }, () => ({
      kind: 'later' as const,
      reason: 'no answer in time',
    }));
    await run.request();
    await run.settle();
    expect(run.delays).toEqual([30, 60, 120, 240]);
    expect(run.ids()).toEqual(allIds);
  });

  test('to be told to wait now and then is no failure; to be told so again and again is one', async () => {
    const run = collection(manyAudits);
    const later = { kind: 'later' as const, reason: 'no answer in time', afterSeconds: 1 };
    run.graph.failures = [later, later];
    await run.request();
    const shown: (string | undefined)[] = [];
    const save = run.ports.coverage.save.bind(run.ports.coverage);
    run.ports.coverage.save = (row, version) => {
      shown.push(row.failure?.reason);
      return save(row, version);
    };
    await run.settle();
    expect(shown.filter((reason) => reason !== undefined)).toEqual([]);
    run.graph.failures = [later, later, later];
    run.at('2026-03-01T12:10:00.000Z');
    await run.request();
    await run.settle();
    expect(shown.filter((reason) => reason !== undefined)).toEqual(['no answer in time']);
  });

  test('a missing permission is named, closes nothing and moves no cursor', async () => {
    const run = collection(manyAudits);
    run.graph.failures = [
      undefined,
      { kind: 'refused', reason: 'Graph answered 403', status: 403, permission: 'AuditLog.Read.All' },
    ];
    await run.request();
    await run.settle();
    const row = await run.row();
    expect(row.failure).toMatchObject({ reason: 'Graph answered 403', permission: 'AuditLog.Read.All' });
    expect(row.windows).toEqual([]);
    await run.request();
    run.at('2026-03-01T12:10:00.000Z');
    await run.request();
    await run.settle();
    expect(run.ids()).toEqual(allIds);
    expect((await run.row()).failure).toBeUndefined();
  });

  test('links that go in a circle end the run with a reason instead of for ever', async () => {
    const run = collection(manyAudits);
    const readPage = run.graph.readPage.bind(run.graph);
    run.ports.graph = {
      ...run.graph,
      async readPage(tenant, path) {
        const page = await readPage(
          tenant,
          path.includes('skiptoken=4') ? path.replace('skiptoken=4', 'skiptoken=0') : path,
        );
        return page;
      },
    };
    await run.request();
    await run.settle();
    expect((await run.row()).failure?.reason).toContain('circle');
    expect((await run.row()).windows).toEqual([]);
  });

  test('a record that cannot be read is kept and told with its position, and the rest goes on', async () => {
    const broken = { id: 'broken', activityDateTime: 'some day', activityDisplayName: 'Change user license' };
    const run = collection([...manyAudits]);
    const readPage = run.graph.readPage.bind(run.graph);
    run.ports.graph = {
      ...run.graph,
      async readPage(tenant, path) {
        const page = await readPage(tenant, path);
        return page.kind === 'read'
          ? { ...page, value: { ...page.value, value: [broken, ...page.value.value] } }
          : page;
      },
    };
    await run.request();
    await run.settle();
    expect(run.ids()).toEqual(allIds);
    const kept: unknown[] = [];
    for await (const message of run.poison.list()) kept.push(JSON.parse(message.body));
    expect(kept).toEqual([broken]);
    expect((await run.row()).counts?.unreadable).toBeGreaterThan(0);
    expect(run.logged.join('\n')).toMatch(/warn a record cannot be read.*"position":1/);
  });
});
