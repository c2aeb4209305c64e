import { expect, test } from '@jest/globals';
import { type History, showHistory } from '../../shared/answer/history.ts';
import { alex, contoso } from '../builders/audit-event.ts';
import { assigned, licencesChanged } from '../builders/audit-record.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { storedAlert } from './stored-alert.ts';

async function asked(tenantId: string, user: string): Promise<History> {
  const timeline = createMemoryTimelineStore();
  await timeline.insert(contoso, [licencesChanged([assigned('SPE_E3')], [])]);
  const alerts = createMemoryAlertStore();
  const subject = { kind: 'user' as const, id: alex.id, name: alex.upn };
  await alerts.save(storedAlert('alex', { tenantId: contoso, subject }), undefined);
  await alerts.save(storedAlert('another', { tenantId: contoso }), undefined);
  const coverage = createMemoryCoverageStore();
  const clock = { now: () => new Date('2026-03-02T12:00:00.000Z') };
  return showHistory(tenantId, user, [{ id: contoso, name: 'Contoso' }], 2880, {
    timeline,
    alerts,
    coverage,
    clock,
  });
}

test.each([alex.id, alex.upn.toUpperCase()])('%s is answered with all that is known', async (user) => {
  expect(await asked(contoso.toUpperCase(), user)).toMatchObject({
    kind: 'history',
    history: {
      tenantId: contoso,
      subject: { kind: 'user', id: alex.id, name: alex.upn },
      facts: [{ kind: 'licences-changed' }],
      causes: [{ kind: 'removed-directly', remedy: [{}, {}, {}].map(() => expect.any(String)) }],
      alerts: [storedAlert('alex').id],
      coverage: [],
    },
  });
});

test('who and what is not known is told apart', async () => {
  expect(await asked(contoso, 'nobody@contoso.com')).toEqual({ kind: 'unknown-user' });
  expect(await asked('another', alex.id)).toEqual({ kind: 'unknown-tenant' });
});
