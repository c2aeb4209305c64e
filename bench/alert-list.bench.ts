import type { TransactionAction } from '@azure/data-tables';
import { alertRow, listChanges, noticeChanges } from '../shared/adapters/alert-rows.ts';
import { createAlertTable } from '../shared/adapters/alert-table.ts';
import { connectStorage, type StorageClients } from '../shared/adapters/storage.ts';
import type { StoredAlert } from '../shared/alert/alert.ts';
import {
  type AlertAsked,
  type AlertPage,
  type AlertsQuestion,
  listAlerts,
  showAlert,
  type ShownAlert,
} from '../shared/answer/alerts.ts';
import { Secret } from '../shared/secret.ts';
import { startAzurite } from '../test/builders/azurite.ts';
import { storedAlert, storedNotice } from '../test/builders/stored-alert.ts';
import { countingStorage } from './counting-storage.ts';
import { total } from './counted.ts';

/**
 * What a question about alerts costs in storage transactions, by how many alerts the tenant has had; 5 % are open. Two
 * sizes show that the number does not grow with them. Budgets: 10 a page, 3 for one subject or one alert, also where the
 * table answers at most fifty rows at a time.
 */
const sizes = [2_000, 100_000];
const shortAnswer = 50;
const mostAPage = 10;
const mostOfOne = 3;

const contoso = { id: '7a1c0e52-0000-4000-8000-00000000c0c0', name: 'Contoso' };
const others = Array.from({ length: 20 }, (_, index) => ({
  id: `7a1c0e52-0000-4000-8000-${String(index).padStart(12, '0')}`,
  name: `Tenant ${String(index)}`,
}));
const clock = { now: () => new Date('2026-03-01T00:00:00.000Z') };

console.log(
  'before (commit c001371): a page read everything, 200 pages one after the other at 100,000 alerts',
);
let failed = false as boolean;
for (const size of sizes) {
  const azurite = await startAzurite();
  try {
    await fill(clientsOf(azurite.connectionString), size);
    for (const mostRows of [1000, shortAnswer]) await measure(azurite.connectionString, size, mostRows);
  } finally {
    await azurite.stop();
  }
}
process.exit(failed ? 1 : 0);

async function measure(connectionString: string, size: number, mostRows: number): Promise<void> {
  const counting = await countingStorage(connectionString, { mostRows });
  try {
    const alerts = createAlertTable(clientsOf(counting.connectionString).table('alerts'));
    const ports = { alerts, clock };
    const all = [contoso, ...others];

    console.log(`\n${size.toLocaleString('en')} alerts, at most ${String(mostRows)} rows an answer`);
    const cost = async (
      what: string,
      budget: number,
      ask: () => Promise<AlertPage | ShownAlert>,
    ): Promise<string> => {
      counting.take();
      const answer = await ask();
      const taken = total(counting.take());
      failed ||= taken > budget;
      if (answer.kind !== 'page' && answer.kind !== 'alert') throw new Error(`no answer to ${what}`);
      const shown = answer.kind === 'page' ? answer.value.length : 1;
      const verdict = taken > budget ? 'OVER' : 'of at most';
      console.log(
        `  ${what.padEnd(34)}${String(shown).padStart(4)} shown  ${String(taken).padStart(3)} transactions ${verdict} ${String(budget)}`,
      );
      return (answer.kind === 'page' ? answer.next : undefined) ?? '';
    };
    const list = (asked: Partial<AlertsQuestion>, tenants = [contoso]) =>
      listAlerts({ top: 100, ...asked }, tenants, ports);
    const asked: AlertAsked = { id: alertOf(0).id, tenant: contoso.id };

    const next = await cost('status=open, first page', mostAPage, () => list({ status: ['open'] }));
    await cost('status=open, next page', mostAPage, () => list({ status: ['open'], after: next }));
    await cost('status=open&severity=high', mostAPage, () => list({ status: ['open'], severity: ['high'] }));
    await cost('status=open, one of 21 tenants', mostAPage, () => list({ status: ['open'] }, all));
    await cost('no filter, first page', mostAPage, () => list({}));
    await cost('subject=…', mostOfOne, () => list({ subject: alertOf(0).subject.id }));
    await cost('one alert', mostOfOne, () => showAlert(asked, all, ports));
  } finally {
    await counting.close();
  }
}

function clientsOf(connectionString: string): StorageClients {
  return connectStorage({ kind: 'connection-string', connectionString: new Secret(connectionString) });
}

function alertOf(index: number): StoredAlert {
  const isOpen = index % 20 === 0;
  const user = {
    kind: 'user' as const,
    id: `user-${String(index % 2000)}`,
    name: `user${String(index)}@contoso.com`,
  };
  return storedAlert({
    id: index.toString(16).padStart(64, '0'),
    tenantId: contoso.id,
    subject: user,
    severity: index % 3 === 0 ? 'high' : 'medium',
    status: isOpen ? 'open' : 'resolved',
    openedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
    notices: [storedNotice({ outcome: 'sent' })],
  });
}

/** Past the store, many alerts in one transaction: filled one by one the emulator would take an hour. The last is saved by the store. */
async function fill(storage: StorageClients, size: number): Promise<void> {
  const table = storage.table('alerts');
  await createAlertTable(table).save(alertOf(size * 20), undefined);
  const inOne = 24;
  const batches = Array.from({ length: Math.ceil(size / inOne) }, (_, batch) => batch * inOne).values();
  const worker = async (): Promise<void> => {
    for (const start of batches) {
      const actions: TransactionAction[] = [];
      for (let index = start; index < Math.min(size, start + inOne); index += 1) {
        const alert = alertOf(index);
        actions.push(
          ['upsert', alertRow(alert), 'Replace'],
          ...listChanges(alert, undefined),
          ...noticeChanges(alert, []),
        );
      }
      await table.submitTransaction(actions);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
