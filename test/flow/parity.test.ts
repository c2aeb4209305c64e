import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Alert } from '../../shared/alert/alert.ts';
import { readGraphAudit } from '../../shared/ingest/graph-audit.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import { burst, contoso } from './burst.ts';
import { pipeline } from './pipeline.ts';
import { root } from './running-host.ts';

jest.setTimeout(10 * 60_000);

const end = '2026-03-01T12:00:00.000Z';
const raw = burst(10, end);
const records: AuditRecord[] = raw.flatMap((record) => {
  const read = readGraphAudit(record, contoso);
  return read.kind === 'record' ? [read.record] : [];
});
let replayed: object[];

beforeAll(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-parity-'));
  const file = path.join(folder, 'burst.json');
  writeFileSync(file, JSON.stringify({ value: raw }));
  const output = execFileSync(
    process.execPath,
    ['cli/gracewatch.ts', 'replay', '--json', '--tenant', contoso, file],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  rmSync(folder, { recursive: true });
  replayed = byId((JSON.parse(output) as { alerts: Alert[] }).alerts.map(essence));
});

/** All but when it was seen and told, which belongs to the run. */
function essence({
  openedAt: _opened,
  updatedAt: _updated,
  resolvedAt: _resolved,
  notices: _notices,
  ...alert
}: Alert) {
  return alert;
}
function byId<T extends { id: string }>(alerts: T[]): T[] {
  return alerts.sort((a, b) => (a.id < b.id ? -1 : 1));
}
/** As JSON has it: without undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the same records through the functions and through replay', () => {
  test('give the same alerts: ids, causes, dates', async () => {
    const run = pipeline(contoso, end);
    await run.send(records);
    await run.settle();
    expect(plain(byId((await run.shown()).map(essence)))).toEqual(replayed);
    expect(replayed.length).toBe(8);
  });

  test('also when they come in any order, in any portions, twice, and messages are handled twice in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(records, { minLength: records.length }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.nat()),
        fc.infiniteStream(fc.boolean()),
        async (shuffled, portion, picks, repeats) => {
          const run = pipeline(contoso, end);
          for (let start = 0; start < shuffled.length; start += portion) {
            await run.send(shuffled.slice(start, start + portion + 1));
          }
          const next = <T>(stream: fc.Stream<T>): T => stream.next().value as T;
          await run.settle({ choose: (count) => next(picks) % count, twice: () => next(repeats) });
          expect(plain(byId((await run.shown()).map(essence)))).toEqual(replayed);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('an alert is told once for each thing there is to tell, however often its records come', async () => {
    const run = pipeline(contoso, end);
    await run.send(records);
    await run.settle();
    const told = (await run.shown()).map(({ id, notices }) => [id, notices.map(({ reason }) => reason)]);
    const posts = run.posted.length;
    await run.send(records);
    await run.send([...records].reverse());
    await run.settle();
    expect((await run.shown()).map(({ id, notices }) => [id, notices.map(({ reason }) => reason)])).toEqual(
      told,
    );
    expect(run.posted).toHaveLength(posts);
  });
});
