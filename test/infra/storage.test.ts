import { describe, expect, test } from '@jest/globals';
import names from '../../shared/names.json' with { type: 'json' };
import { readRegistrations, type Registration } from './registrations.ts';
import { readSources } from './sources.ts';
import { lifeTimeFindings, nameFindings, storageFindings } from './storage-checks.ts';
import { oneTenant, planted, snapshots, withoutResource, withResource } from './template.ts';

const registrations = await readRegistrations();
const sources = readSources('functions', 'shared', 'cli');

describe('what is kept in storage', () => {
  test.each(snapshots)(
    '%s: the queues, tables and containers of names.json, and no other',
    (_name, snapshot) => {
      expect(storageFindings(snapshot, names)).toEqual([]);
    },
  );

  test.each(snapshots)('%s: only oversized items are ever deleted by the account', (_name, snapshot) => {
    expect(lifeTimeFindings(snapshot, names)).toEqual([]);
  });

  test('the code uses every name of names.json, and no name beside it', () => {
    expect(nameFindings(names, registrations, sources)).toEqual([]);
  });
});

describe('planted mistakes in the template', () => {
  test('a queue without its poison queue', () => {
    expect(storageFindings(withoutResource(oneTenant, /queues\/notices-poison$/), names)).toEqual([
      'the queue notices-poison is not made',
    ]);
  });

  test('a table that is not made, and one that nobody uses', () => {
    expect(storageFindings(withoutResource(oneTenant, /tables\/poison$/), names)).toEqual([
      'the table poison is not made',
    ]);
    const [table] = oneTenant.predictedResources.filter(({ id }) => id.endsWith('/tables/poison'));
    const another = { ...table, id: 'x', type: table?.type ?? '', name: 'account/default/old' };
    expect(storageFindings(withResource(oneTenant, another), names)).toEqual([
      'the table old is used by nobody',
    ]);
  });

  test('no container for the packages', () => {
    const mistaken = withoutResource(oneTenant, /containers\/packages/);
    expect(storageFindings(mistaken, names)).toEqual(['the container packages is not made']);
  });

  test('a life time for every blob, for no time, or for none', () => {
    expect(
      lifeTimeFindings(planted(oneTenant, '"prefixMatch":["oversize/"]', '"prefixMatch":[]'), names),
    ).toEqual(['a life time holds for [], not only for oversized items']);
    expect(
      lifeTimeFindings(
        planted(
          oneTenant,
          /"enabled":true(?=,"definition")|(?<="type":"Lifecycle",)"enabled":true/,
          '"enabled":false',
        ),
        names,
      ),
    ).toEqual(['oversized items are kept for ever']);
    expect(lifeTimeFindings(withoutResource(oneTenant, /managementPolicies/), names)).toEqual([
      'oversized items are kept for ever',
    ]);
  });
});

describe('planted mistakes in the code', () => {
  test('a name that no code uses', () => {
    const more = { ...names, tables: { ...names.tables, forgotten: 'forgotten' } };
    expect(nameFindings(more, registrations, sources)).toEqual(['names.json: no code uses tables.forgotten']);
  });

  test('a queue that nothing reads, and one that is not in names.json', () => {
    const more = { ...names, queues: { ...names.queues, changes: 'changes' } };
    expect(nameFindings(more, registrations, [...sources, ['x.ts', 'names.queues.changes']])).toEqual([
      'the queue changes does not feed one function',
    ]);
    const reader: Registration = {
      name: 'r',
      trigger: 'storageQueue',
      options: { queueName: 'other', handler: () => undefined },
    };
    expect(nameFindings(names, [...registrations, reader], sources)).toEqual([
      'a function reads other, which is not in names.json',
    ]);
  });

  test('a table that the code names by itself', () => {
    expect(nameFindings(names, registrations, [...sources, ['x.ts', "storage.table('alerts')"]])).toEqual([
      "x.ts names storage by itself: storage.table('alerts')",
    ]);
  });
});
