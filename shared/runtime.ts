import type { HttpRequest, InvocationContext, Timer } from '@azure/functions';
import { rules } from '#rules';
import manifest from '../package.json' with { type: 'json' };
import { createActivityApi } from './adapters/activity-api.ts';
import { createAwaitingCause, createOpenAlerts } from './alert/alert-looks.ts';
import { createAlertTable } from './adapters/alert-table.ts';
import { createClock } from './adapters/clock.ts';
import { createCoverageTable } from './adapters/coverage-table.ts';
import { createTokenFor } from './adapters/credentials.ts';
import { createFirstLookTable } from './adapters/first-look-table.ts';
import { createGraph } from './adapters/graph.ts';
import { createLog } from './adapters/log.ts';
import { createNoticeTable } from './adapters/notice-table.ts';
import { createOversizeBlobs } from './adapters/oversize-blobs.ts';
import { createPoisonQueues } from './adapters/poison-queues.ts';
import { createPoisonTable } from './adapters/poison-table.ts';
import { createQueueWatch } from './adapters/queue-watch.ts';
import { createQueues } from './adapters/queues.ts';
import { createRetentionTables } from './adapters/retention-tables.ts';
import { createSharedAllowances } from './adapters/shared-allowances.ts';
import { connectStorage, isStorageFailure, storageProblems } from './adapters/storage.ts';
import { createStorageFailureNotes } from './adapters/storage-failures.ts';
import { createSnapshotTable } from './adapters/snapshot-table.ts';
import { createTeamsSender } from './adapters/teams.ts';
import { createTenantTable } from './adapters/tenant-table.ts';
import { createTimelineTable } from './adapters/timeline-table.ts';
import { recordAlerts } from './alert/record-alerts.ts';
import { reportPoison } from './queues/report-poison.ts';
import { noteSeconds } from './queues/storage-failures.ts';
import { watchQueues } from './queues/watch-queues.ts';
import { collect } from './collect/collect.ts';
import { isCalledByHand, scheduleCollection } from './collect/schedule.ts';
import { type Environment, readConfig } from './config.ts';
import { tenantIdsOf } from './config-tenants.ts';
import { deliverNotices } from './deliver/deliver-notices.ts';
import { evaluateSubjects } from './evaluate/evaluate-subjects.ts';
import type { Family } from './evaluate/families.ts';
import { ruleSettingProblems, ruleSettings } from './evaluate/rule-set.ts';
import { recordSignals } from './remember/record-signals.ts';
import { httpRoutes } from './http/routes.ts';
import names from './names.json' with { type: 'json' };
import type { Log } from './ports.ts';
import { visibleText } from './text/visible-text.ts';
import { continueRemovals, isRemovalMessage, removeTenant } from './tenants/remove-tenant.ts';
import { beginRetention, isRetentionMessage, retain } from './tenants/retention.ts';
import { createTenants, unlessRemoved } from './tenants/tenants.ts';

/** A workflow answers before it posts, so a slow answer is no answer. */
const postTimeoutSeconds = 10;
/** Who holds a channel longer than a post can take has died. */
const postLeaseSeconds = postTimeoutSeconds + 5;

/**
 * The composition root: settings are parsed once, every adapter is made once, and each function of the app is one call of what
 * this returns. A wrong setting throws here, so the app does not start and the setting is named.
 */
function createRuntime(environment: Environment) {
  const { version, build = version }: { version: string; build?: string } = manifest;
  const config = readConfig(environment, (read) => [
    ...storageProblems(read.storage),
    ...ruleSettingProblems(rules, read.rules).map((expected) => ({ setting: 'GRACEWATCH_RULES', expected })),
  ]);
  const { settingsOf, warnings } = ruleSettings(rules, config.rules, tenantIdsOf(config.tenants));
  const { channels, timing } = config;

  const storage = connectStorage(config.storage);
  const oversize = createOversizeBlobs(storage.container(names.containers.oversize));
  const queues = createQueues(storage, oversize);
  const timeline = createTimelineTable(storage.table(names.tables.timeline));
  const snapshots = createSnapshotTable(storage.table(names.tables.snapshots));
  const alerts = createAlertTable(storage.table(names.tables.alerts));
  const notices = createNoticeTable(storage.table(names.tables.alerts));
  const firstLooks = createFirstLookTable(storage.table(names.tables.alerts));
  const coverage = createCoverageTable(storage.table(names.tables.coverage));
  const poison = createPoisonTable(
    storage.table(names.tables.poison),
    storage.container(names.containers.poisonBodies),
  );
  const retention = createRetentionTables({
    timeline: storage.table(names.tables.timeline),
    alerts: storage.table(names.tables.alerts),
    poison: storage.table(names.tables.poison),
    poisonStore: poison,
  });
  const tenantStore = createTenantTable(storage.table(names.tables.tenants));
  const data = { notices, firstLooks, alerts, timeline, snapshots, coverage, poison };
  const openAlerts = createOpenAlerts(alerts);
  const awaitingCause = createAwaitingCause(alerts);
  const queueWatch = createQueueWatch(storage);
  const clock = createClock(config.clockShift);
  const poisonQueues = createPoisonQueues(storage, clock);
  const storageFailures = createStorageFailureNotes(storage, clock, noteSeconds(timing.retrySeconds));
  const tenants = createTenants(config.tenants, tenantStore, clock);
  const watched = async () => (await tenants.read()).watched;
  const tokenFor = createTokenFor(config.credential, config.endpoints.authority);
  const takeAllowance = createSharedAllowances(coverage);
  const graph = createGraph({ endpoint: config.endpoints.graph, tokenFor, takeAllowance });
  const activity = createActivityApi({ endpoint: config.endpoints.activity, tokenFor, takeAllowance });
  const sender = createTeamsSender(channels, { timeoutMilliseconds: postTimeoutSeconds * 1000 });

  const logOf = (context: InvocationContext): Log =>
    createLog((level, line) => {
      context[level](line);
    });
  const http = httpRoutes(
    {
      credential: config.credential,
      signInEnabled: config.signInEnabled,
      access: config.access,
      ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
      version: version,
      latestArrivalMinutes: timing.latestArrivalMinutes,
    },
    { watched, alerts, timeline, coverage, poison, clock },
  );

  /** How a message of a queue is handled, unless its tenant is being removed. Where that fails because storage does, it leaves a note. */
  const messageHandler =
    (handle: (message: unknown, log: Log) => Promise<void>) =>
    async (message: unknown, context: InvocationContext): Promise<void> => {
      const log = logOf(context);
      try {
        await unlessRemoved(message, { tenants, log }, () => handle(message, log));
      } catch (error) {
        // Where no note can be left, the message is tried again, and may end as one that a person has to put back.
        if (isStorageFailure(error)) await storageFailures.note().catch(() => undefined);
        throw error;
      }
    };

  return {
    names,
    warnings: [...config.warnings, ...warnings],

    scheduleCollection: async (timer: Timer, context: InvocationContext) => {
      const log = logOf(context);
      const now = await tenants.read();
      const byHand = isCalledByHand(timer, Date.now());
      await scheduleCollection(now.watched, { coverage, queues, clock, log }, { byHand });
      await continueRemovals(now.removed, { tenantStore, queues, clock, log });
    },

    collect: messageHandler((message, log) => {
      if (isRemovalMessage(message)) {
        return removeTenant(message, { tenants, tenantStore, activity, data, queues, clock, log }, timing);
      }
      if (isRetentionMessage(message)) return retain(message, { retention, queues, clock, log });
      return collect(message, { graph, activity, coverage, queues, poison, clock, log }, timing);
    }),

    recordSignals: (message: unknown, context: InvocationContext) =>
      messageHandler((given, log) =>
        recordSignals(
          given,
          wasHandledBefore(context),
          { timeline, snapshots, awaitingCause, queues, oversize, log },
          { rules },
        ),
      )(message, context),

    evaluateSubjects: (family: Family) => (message: unknown, context: InvocationContext) =>
      messageHandler((given, log) =>
        evaluateSubjects(
          family,
          given,
          wasHandledBefore(context),
          { timeline, snapshots, openAlerts, coverage, queues, oversize, clock, log },
          {
            rules,
            settingsOf,
            latestArrivalMinutes: timing.latestArrivalMinutes,
            program: build,
          },
        ),
      )(message, context),

    recordAlerts: messageHandler((message, log) =>
      recordAlerts(
        message,
        { alerts, notices, queues, oversize, clock, log },
        { channels, groupSeconds: timing.groupSeconds },
      ),
    ),

    deliverNotices: messageHandler(async (message, log) => {
      const now = await tenants.lately();
      await deliverNotices(
        message,
        { alerts, notices, firstLooks, sender, queues, oversize, clock, log },
        {
          channels,
          tenants: now.watched,
          leaseSeconds: postLeaseSeconds,
          firstLookSeconds: timing.groupSeconds,
          postGapSeconds: timing.postGapSeconds,
          retrySeconds: timing.retrySeconds,
          ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
        },
      );
    }),

    reportPoison: async (timer: Timer, context: InvocationContext) => {
      const log = logOf(context);
      try {
        const now = await tenants.read();
        await reportPoison(now, { poisonQueues, poison, storageFailures, queues, clock, log }, timing);
        const { retentionDays } = config;
        const byHand = isCalledByHand(timer, Date.now());
        await beginRetention(now.watched, { retention, queues, clock, log }, { retentionDays, byHand });
      } finally {
        // Alarms read these lines: they come also while the poison cannot be reported.
        await watchQueues({ queueWatch, log });
      }
    },

    answerAlerts: (request: HttpRequest, context: InvocationContext) => http.alerts(request, logOf(context)),
    answerHistory: (request: HttpRequest, context: InvocationContext) =>
      http.history(request, logOf(context)),
    answerCoverage: (request: HttpRequest, context: InvocationContext) =>
      http.coverage(request, logOf(context)),
    answerDashboard: (request: HttpRequest, context: InvocationContext) =>
      http.dashboard(request, logOf(context)),
    answerHealth: http.health,
    answerNotThereYet: http.webhook,
  };
}

/** The host counts how often it hands a message over (FACTS 11.13); where it does not say, the message is taken for a repeated one. */
function wasHandledBefore({ triggerMetadata }: InvocationContext): boolean {
  return Number(triggerMetadata?.['dequeueCount']) !== 1;
}

export const runtime = createRuntime(process.env);
// The word makes it a warning of the host, which would drop it otherwise (FACTS 11.13).
for (const warning of runtime.warnings) console.warn(`warning: ${visibleText(warning)}`);
