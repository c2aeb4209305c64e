import type { TableClient } from '@azure/data-tables';
import { expect, jest, test } from '@jest/globals';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import { alex, contoso } from '../builders/audit-event.ts';
import { auditRecord } from '../builders/audit-record.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

jest.setTimeout(60_000);

const storage = azuriteStorage();

/** The SDK sends a transaction again whose answer was lost: what it stored the first time refuses the second. */
function losingItsFirstAnswer(table: TableClient): TableClient {
  let isLost = false;
  return new Proxy(table, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name !== 'submitTransaction') return member.bind(target) as unknown;
      return async (...given: Parameters<TableClient['submitTransaction']>) => {
        if (isLost) return target.submitTransaction(...given);
        await target.createTable();
        await target.submitTransaction(...given);
        isLost = true;
        return target.submitTransaction(...given);
      };
    },
  });
}

test('a record that was stored although its insertion was refused is new, so that its user is named', async () => {
  const store = createTimelineTable(losingItsFirstAnswer(storage().table(freshName())));
  const { changed } = await store.insert(contoso, [auditRecord()]);
  expect(changed).toEqual([{ kind: 'user', id: alex.id }]);
  expect(await store.readSubject(contoso, { kind: 'user', id: alex.id })).toMatchObject({ rows: 1 });
});
