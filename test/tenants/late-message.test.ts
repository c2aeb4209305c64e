import { rules } from '#rules';
import { expect, test } from '@jest/globals';
import { evaluateSubjects } from '../../shared/evaluate/evaluate-subjects.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { recordAlerts } from '../../shared/alert/record-alerts.ts';
import type { Log } from '../../shared/ports.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryFirstLookStore } from '../builders/memory-first-look-store.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
import { createMemorySnapshotStore } from '../builders/memory-snapshot-store.ts';
import { createOpenAlerts } from '../../shared/alert/alert-looks.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';
import { leftOf, nothingLeft } from '../builders/tenant-data.ts';
import { contoso } from './removal-by-hand.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A message can be hidden for a week (FACTS 11.7), longer than a removal waits; such ones only ask to look again. */
test('a user who is to be looked at again long after his tenant was removed leaves no trace', async () => {
  const queues = createMemoryQueues();
  const stores = {
    alerts: createMemoryAlertStore(),
    notices: createMemoryNoticeStore(),
    firstLooks: createMemoryFirstLookStore(),
    timeline: createMemoryTimelineStore(),
    snapshots: createMemorySnapshotStore(),
    coverage: createMemoryCoverageStore(),
    poison: createMemoryPoisonStore(),
  };
  const clock = { now: () => new Date('2026-03-08T08:00:00.000Z') };
  const openAlerts = createOpenAlerts(stores.alerts);
  const ports = { ...stores, openAlerts, queues, oversize: queues, clock, log: silent };
  const at = '2026-03-08T08:00:00.000Z';
  const items = [{ kind: 'user', id: 'aaaaaaaa-0000-4000-8000-000000000001', why: 'time', at }];
  const { settingsOf } = ruleSettings(rules, {});
  await evaluateSubjects('licence', { v: 1, tenantId: contoso, kind: 'subjects', items }, false, ports, {
    rules,
    settingsOf,
    latestArrivalMinutes: 1440,
    program: 'test',
  });
  for (const { envelope } of queues.take('verdicts')) {
    await recordAlerts(envelope, ports, { channels: [], groupSeconds: 60 });
  }
  expect(await leftOf(contoso, stores)).toEqual(nothingLeft);
  expect(queues.messages('evaluate-licence')).toEqual([]);
  expect(queues.messages('notices')).toEqual([]);
});
