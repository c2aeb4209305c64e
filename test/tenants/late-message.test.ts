import { rules } from '#rules';
import { expect, test } from '@jest/globals';
import { evaluateLicence } from '../../shared/evaluate/evaluate-licence.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { recordAlerts } from '../../shared/alert/record-alerts.ts';
import type { Log } from '../../shared/ports.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { createMemoryPoisonStore } from '../builders/memory-poison-store.ts';
import { createMemoryQueues } from '../builders/memory-queues.ts';
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
    timeline: createMemoryTimelineStore(),
    coverage: createMemoryCoverageStore(),
    poison: createMemoryPoisonStore(),
  };
  const clock = { now: () => new Date('2026-03-08T08:00:00.000Z') };
  const ports = { ...stores, queues, oversize: queues, clock, log: silent };
  const items = [{ userId: 'aaaaaaaa-0000-4000-8000-000000000001', reason: 'settle', attempt: 3 }];
  const { settingsOf } = ruleSettings(rules, {});
  await evaluateLicence({ v: 1, tenantId: contoso, kind: 'users', items }, ports, {
    rules,
    settingsOf,
    latestArrivalMinutes: 1440,
  });
  for (const { envelope } of queues.take('verdicts')) {
    await recordAlerts(envelope, ports, { channels: [], groupSeconds: 60 });
  }
  expect(await leftOf(contoso, stores)).toEqual(nothingLeft);
  expect(queues.messages('evaluate-licence')).toEqual([]);
  expect(queues.messages('notices')).toEqual([]);
});
