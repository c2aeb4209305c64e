import { expect, test } from '@jest/globals';
import { collection } from './collection.ts';

/** What waits for a log is looked at again when the log has been read at last (record-signals, `coverage-regained`). */
const entra = { source: 'entra-directory-audits' };

test('a log that is read for the first time says so: others may have told what waits for it', async () => {
  const run = collection();
  await run.request();
  await run.settle();
  expect(run.regained).toEqual([entra]);
});

test('a log that is read as usual says nothing, one that was away for a while says that it is back', async () => {
  const run = collection();
  run.at('2026-03-01T10:00:00.000Z');
  await run.request();
  await run.settle();
  run.regained.length = 0;
  run.at('2026-03-01T10:05:00.000Z');
  await run.request();
  await run.settle();
  expect(run.regained).toEqual([]);
  run.at('2026-03-01T10:40:00.000Z');
  await run.request();
  await run.settle();
  expect(run.regained).toEqual([entra]);
});
