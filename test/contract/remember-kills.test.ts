import { describe, expect, jest, test } from '@jest/globals';
import { createSnapshotTable } from '../../shared/adapters/snapshot-table.ts';
import { createTimelineTable } from '../../shared/adapters/timeline-table.ts';
import { rules } from '#rules';
import { recordSignals } from '../../shared/remember/record-signals.ts';
import { alex, contoso } from '../builders/audit-event.ts';
import { assigned, licencesChanged, membership } from '../builders/audit-record.ts';
import { failingPorts } from '../builders/failing-ports.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { azuriteStorage, freshName } from './azurite-storage.ts';

jest.setTimeout(300_000);

const storage = azuriteStorage();
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const e3 = assigned('ENTERPRISEPACK');
const successor = { id: '99999999-9999-4999-8999-999999999999', upn: alex.upn };

/** By id, by UPN alone, about a group too, and somebody else who bears the same name: everything that an insertion can meet. */
const records = [
  licencesChanged([e3], [], {
    id: 'by-name',
    target: { user: { upn: alex.upn } },
    at: '2026-02-03T09:00:00.000Z',
  }),
  licencesChanged([e3], [], { id: 'by-id', at: '2026-02-03T09:01:00.000Z' }),
  membership('removed', { id: 'left', at: '2026-02-03T09:02:00.000Z' }),
];
const passedOn = [
  licencesChanged([e3], [], { id: 'hers', target: { user: successor }, at: '2026-02-04T09:00:00.000Z' }),
];

/** Stores two messages in order; the storage fails once, and whoever was broken off is handled again, as the host does. */
async function run(failure?: { call: number; moment: 'before' | 'after' }) {
  const table = storage().table(freshName());
  const { ports, calls } = failingPorts({ table, snapshots: storage().table(freshName()) }, failure);
  const queues = createMemoryQueues();
  const none = { list: async function* () {} };
  const given = {
    timeline: createTimelineTable(ports.table),
    snapshots: createSnapshotTable(ports.snapshots),
    awaitingCause: none,
    queues,
    oversize: queues,
    log: silent,
  };
  const named: string[][] = [];
  for (const items of [records, passedOn]) {
    const message = { v: 1, tenantId: contoso, kind: 'audit-records', items };
    await recordSignals(message, false, given, { rules }).catch(() =>
      recordSignals(message, true, given, { rules }),
    );
    const sent = queues.take('evaluate-licence').flatMap(({ envelope }) => envelope.items);
    named.push([...new Set(sent.map((item) => (item as { id: string }).id))].sort());
  }
  const timeline = createTimelineTable(table);
  const stored = [];
  for (const id of [alex.id, alex.upn, successor.id]) {
    const { version: _, ...found } = await timeline.readSubject(contoso, { kind: 'user', id });
    stored.push(found);
  }
  return { calls: calls(), named, stored };
}

describe('a worker that dies between any two requests to storage', () => {
  test('loses no record and no name of whom it concerns, once its message is handled again', async () => {
    const undisturbed = await run();
    expect(undisturbed.named).toEqual([[alex.id], [alex.id, alex.upn, successor.id].sort()]);
    expect(undisturbed.stored.map(({ rows }) => rows)).toEqual([3, 1, 1]);
    expect(undisturbed.calls).toBeGreaterThan(8);
    for (let call = 1; call <= undisturbed.calls; call += 1) {
      for (const moment of ['before', 'after'] as const) {
        const { named, stored } = await run({ call, moment });
        expect({ call, moment, stored }).toEqual({ call, moment, stored: undisturbed.stored });
        for (const [index, ids] of undisturbed.named.entries()) {
          expect(named[index]).toEqual(expect.arrayContaining(ids));
        }
      }
    }
  });
});
