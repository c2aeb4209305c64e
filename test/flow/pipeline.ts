import { rules as allRules } from '#rules';
import type { StoredAlert } from '../../shared/alert/alert.ts';
import { recordAlerts } from '../../shared/alert/record-alerts.ts';
import { alertView } from '../../shared/alert/view.ts';
import type { ChannelSettings } from '../../shared/config.ts';
import { deliverNotices } from '../../shared/deliver/deliver-notices.ts';
import { createAwaitingCause, createOpenAlerts } from '../../shared/alert/alert-looks.ts';
import { evaluateSubjects } from '../../shared/evaluate/evaluate-subjects.ts';
import { recordSignals } from '../../shared/remember/record-signals.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import type { AuditRecord } from '../../shared/ingest/audit-record.ts';
import type { Log, QueueName } from '../../shared/ports.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { Secret } from '../../shared/secret.ts';
import { everyAlert } from '../../shared/alert/alert-store.ts';
import { createMemoryAlertStore } from '../builders/memory-alert-store.ts';
import { createMemoryCoverageStore } from '../builders/memory-coverage-store.ts';
import { createMemoryFirstLookStore } from '../builders/memory-first-look-store.ts';
import { createMemoryNoticeStore } from '../builders/memory-notice-store.ts';
import { createMemoryQueues, type SentMessage } from '../builders/memory-queues.ts';
import { createMemorySnapshotStore } from '../builders/memory-snapshot-store.ts';
import { createMemoryTimelineStore } from '../builders/memory-timeline-store.ts';

const channel: ChannelSettings = {
  id: 'licences',
  kind: 'teams',
  url: new Secret('http://127.0.0.1/teams'),
  timeZone: 'UTC',
  sendResolved: true,
};

const handled = [
  'signals',
  'evaluate-licence',
  'evaluate-operations',
  'verdicts',
  'notices',
] as const satisfies readonly QueueName[];
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Posted {
  card: unknown;
  idempotencyKey: string;
  at: string;
}

/** From records to cards with everything in memory: the use cases are the real ones, storage and time are the test's. */
export function pipeline(tenantId: string, start: string, rules: readonly Rule[] = allRules) {
  let now = Date.parse(start);
  const queues = createMemoryQueues();
  const alerts = createMemoryAlertStore();
  const timeline = createMemoryTimelineStore();
  const snapshots = createMemorySnapshotStore();
  const coverage = createMemoryCoverageStore();
  const notices = createMemoryNoticeStore();
  const firstLooks = createMemoryFirstLookStore();
  const clock = { now: () => new Date(now) };
  const { settingsOf } = ruleSettings(rules, {});
  const posted: Posted[] = [];
  const ports = {
    queues,
    oversize: queues,
    alerts,
    openAlerts: createOpenAlerts(alerts),
    awaitingCause: createAwaitingCause(alerts),
    timeline,
    snapshots,
    coverage,
    notices,
    firstLooks,
    clock,
    log: silent,
    sender: {
      fingerprint: () => 'url',
      post: (_channel: string, card: unknown, idempotencyKey: string) => {
        posted.push({ card, idempotencyKey, at: clock.now().toISOString() });
        return Promise.resolve({ kind: 'done' as const });
      },
    },
  };

  const judging = { rules, settingsOf, latestArrivalMinutes: 1440, program: 'test' };
  const handle = (
    queue: (typeof handled)[number],
    { envelope }: SentMessage,
    again = false,
  ): Promise<void> => {
    switch (queue) {
      case 'signals':
        return recordSignals(envelope, again, ports, { rules });
      case 'evaluate-licence':
        return evaluateSubjects('licence', envelope, false, ports, judging);
      case 'evaluate-operations':
        return evaluateSubjects('operations', envelope, false, ports, judging);
      case 'verdicts':
        return recordAlerts(envelope, ports, { channels: [channel], groupSeconds: 60 });
      case 'notices':
        return deliverNotices(envelope, ports, {
          channels: [channel],
          tenants: [{ id: tenantId, name: 'Contoso' }],
          postGapSeconds: 15,
          retrySeconds: 30,
          leaseSeconds: 45,
        });
    }
  };

  const self = {
    ...ports,
    posted,
    setTime: (time: string) => (now = Date.parse(time)),
    send: (records: readonly AuditRecord[], kind = 'audit-records') =>
      queues.send('signals', tenantId, kind, records),
    /**
     * Handles messages until nothing waits within `horizonSeconds`; `choose` picks the next of those that are due, so that a test
     * can shuffle, and `twice` says whether a message is handled again, as a queue may.
     */
    async settle({
      horizonSeconds = 600,
      choose = () => 0,
      twice = () => false,
    }: {
      horizonSeconds?: number;
      choose?: (count: number) => number;
      twice?: () => boolean;
    } = {}): Promise<void> {
      const end = now + horizonSeconds * 1000;
      let waiting: { queue: (typeof handled)[number]; message: SentMessage; due: number }[] = [];
      for (let count = 0; count < 20_000; count += 1) {
        for (const queue of handled) {
          for (const message of queues.take(queue)) {
            waiting.push({ queue, message, due: now + message.delaySeconds * 1000 });
          }
        }
        const next = Math.min(...waiting.map(({ due }) => due));
        if (waiting.length === 0 || next > end) {
          // What is not due within the horizon stays in its queue.
          for (const { queue, message, due } of waiting) {
            const { kind, items } = message.envelope;
            await queues.send(queue, tenantId, kind, items, { delaySeconds: (due - now) / 1000 });
          }
          return;
        }
        now = Math.max(now, next);
        const ready = waiting.filter(({ due }) => due <= now);
        const chosen = ready[choose(ready.length)] ?? ready[0];
        if (chosen === undefined) continue;
        waiting = waiting.filter((other) => other !== chosen);
        await handle(chosen.queue, chosen.message);
        if (twice()) await handle(chosen.queue, chosen.message, true);
      }
      throw new Error('the pipeline does not come to rest');
    },
    async stored(): Promise<StoredAlert[]> {
      const found: StoredAlert[] = [];
      for await (const alert of everyAlert(alerts, { tenantIds: [tenantId] })) found.push(alert);
      return found.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async shown() {
      return (await self.stored()).map((alert) => alertView(alert, clock.now().toISOString()));
    },
  };
  return self;
}
