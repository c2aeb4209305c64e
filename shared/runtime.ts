import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { rules } from '#rules';
import manifest from '../package.json' with { type: 'json' };
import { createActivityApi } from './adapters/activity-api.ts';
import { createAlertTable } from './adapters/alert-table.ts';
import { createClock } from './adapters/clock.ts';
import { createCoverageTable } from './adapters/coverage-table.ts';
import { createTokenFor } from './adapters/credentials.ts';
import { createGraph } from './adapters/graph.ts';
import { createLog } from './adapters/log.ts';
import { createNoticeTable } from './adapters/notice-table.ts';
import { createOversizeBlobs } from './adapters/oversize-blobs.ts';
import { createPoisonQueues } from './adapters/poison-queues.ts';
import { createPoisonTable } from './adapters/poison-table.ts';
import { createQueueWatch } from './adapters/queue-watch.ts';
import { createQueues } from './adapters/queues.ts';
import { connectStorage } from './adapters/storage.ts';
import { createTeamsSender } from './adapters/teams.ts';
import { createTenantTable } from './adapters/tenant-table.ts';
import { createTimelineTable } from './adapters/timeline-table.ts';
import { recordAlerts } from './alert/record-alerts.ts';
import { reportPoison } from './alert/report-poison.ts';
import { watchQueues } from './alert/watch-queues.ts';
import { commandAlert, listAlerts, showAlert } from './answer/alerts.ts';
import { showCoverage } from './answer/coverage.ts';
import { showHealth } from './answer/health.ts';
import { showHistory } from './answer/history.ts';
import { mayAsk } from './answer/principal.ts';
import { type Answer, problem } from './answer/problem.ts';
import { collect } from './collect/collect.ts';
import { scheduleCollection } from './collect/schedule.ts';
import { type Environment, readConfig } from './config.ts';
import { deliverNotices } from './deliver/deliver-notices.ts';
import { evaluateLicence } from './evaluate/evaluate-licence.ts';
import { ruleSettings } from './evaluate/rule-set.ts';
import names from './names.json' with { type: 'json' };
import type { Log } from './ports.ts';
import { continueRemovals, isRemovalMessage, removeTenant } from './tenants/remove-tenant.ts';
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
  const config = readConfig(environment);
  const { settingsOf, warnings } = ruleSettings(rules, config.rules);
  const { channels, timing } = config;

  const storage = connectStorage(config.storage);
  const oversize = createOversizeBlobs(storage.container(names.containers.oversize));
  const queues = createQueues(storage, oversize);
  const timeline = createTimelineTable(storage.table(names.tables.timeline));
  const alerts = createAlertTable(storage.table(names.tables.alerts));
  const notices = createNoticeTable(storage.table(names.tables.alerts));
  const coverage = createCoverageTable(storage.table(names.tables.coverage));
  const poison = createPoisonTable(storage.table(names.tables.poison));
  const tenantStore = createTenantTable(storage.table(names.tables.tenants));
  const poisonQueues = createPoisonQueues(storage);
  const data = { notices, alerts, timeline, coverage, poison };
  const queueWatch = createQueueWatch(storage);
  const clock = createClock(config.clockShift);
  const tenants = createTenants(config.tenants, tenantStore, clock);
  const watched = async () => (await tenants.read()).watched;
  const tokenFor = createTokenFor(config.credential, config.endpoints.authority);
  const graph = createGraph({ endpoint: config.endpoints.graph, tokenFor });
  const activity = createActivityApi({ endpoint: config.endpoints.activity, tokenFor });
  const sender = createTeamsSender(channels, { timeoutMilliseconds: postTimeoutSeconds * 1000 });

  const logOf = (context: InvocationContext): Log =>
    createLog((level, line) => {
      context[level](line);
    });
  const signedIn = async (
    request: HttpRequest,
    context: InvocationContext,
    answer: () => Promise<Answer>,
  ): Promise<HttpResponseInit> => {
    if (!mayAsk(config, request.headers.get('x-ms-client-principal'))) {
      return responseOf(problem(401, 'Sign in', 'this route answers only to a signed-in principal'));
    }
    try {
      return responseOf(await answer());
    } catch (error) {
      // The host would answer 500 with an empty body (FACTS 11.13).
      const reason = error instanceof Error ? error.name : 'unknown';
      logOf(context).error('the question could not be answered', { reason });
      return responseOf(
        problem(500, 'Not answered', 'storage could not be read; the log of the app says more'),
      );
    }
  };

  /** How a message of a queue is handled, unless its tenant is being removed. */
  const messageHandler =
    (handle: (message: unknown, log: Log) => Promise<void>) =>
    (message: unknown, context: InvocationContext): Promise<void> => {
      const log = logOf(context);
      return unlessRemoved(message, { tenants, log }, () => handle(message, log));
    };

  return {
    names,
    warnings: [...config.warnings, ...warnings],

    scheduleCollection: async (context: InvocationContext) => {
      const log = logOf(context);
      const now = await tenants.read();
      await scheduleCollection(now.watched, { queues, clock, log });
      await continueRemovals(now.removed, { tenantStore, queues, clock, log });
    },

    collect: messageHandler((message, log) =>
      isRemovalMessage(message)
        ? removeTenant(message, { tenants, tenantStore, activity, data, queues, clock, log }, timing)
        : collect(message, { graph, activity, coverage, queues, poison, clock, log }, timing),
    ),

    evaluateLicence: messageHandler((message, log) =>
      evaluateLicence(
        message,
        { timeline, alerts, coverage, queues, oversize, clock, log },
        { rules, settingsOf, latestArrivalMinutes: timing.latestArrivalMinutes },
      ),
    ),

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
        { alerts, notices, sender, queues, oversize, clock, log },
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

    reportPoison: async (context: InvocationContext) => {
      const log = logOf(context);
      try {
        await reportPoison(await tenants.read(), { poisonQueues, poison, queues, clock, log });
      } finally {
        // Alarms read these lines: they come also while the poison cannot be reported.
        await watchQueues({ queueWatch, log });
      }
    },

    answerAlerts: (request: HttpRequest, context: InvocationContext) =>
      signedIn(request, context, async () => {
        const { id = '', command = '' } = request.params;
        const ports = { alerts, clock };
        const asked = await watched();
        if (id === '') {
          return request.method === 'GET'
            ? listAlerts(Object.fromEntries(request.query), asked, ports)
            : problem(405, 'Method not allowed', 'the list of alerts is only read');
        }
        if (command === '') {
          return request.method === 'GET'
            ? showAlert(id, asked, ports)
            : problem(405, 'Method not allowed', 'post to /acknowledge, /snooze, /except or /reopen');
        }
        return request.method === 'POST'
          ? commandAlert(id, command, await request.text(), asked, ports)
          : problem(405, 'Method not allowed', 'a command is posted');
      }),

    answerHistory: (request: HttpRequest, context: InvocationContext) =>
      signedIn(request, context, async () =>
        showHistory(
          request.params['tenantId'] ?? '',
          request.params['user'] ?? '',
          await watched(),
          timing.latestArrivalMinutes,
          { timeline, alerts, coverage, clock },
        ),
      ),

    answerCoverage: (request: HttpRequest, context: InvocationContext) =>
      signedIn(request, context, async () => showCoverage(await watched(), coverage)),

    answerHealth: async () =>
      responseOf(await showHealth(manifest.version, { watched, coverage, poison, clock })),

    answerDashboard: (request: HttpRequest, context: InvocationContext) =>
      signedIn(request, context, () =>
        Promise.resolve(problem(501, 'Not there yet', 'the dashboard is not part of this version')),
      ),

    answerNotThereYet: () =>
      responseOf(problem(501, 'Not there yet', 'webhooks are not part of this version')),
  };
}

function responseOf({ status, contentType, body }: Answer): HttpResponseInit {
  return { status, headers: { 'content-type': contentType, 'cache-control': 'no-store' }, body };
}

export const runtime = createRuntime(process.env);
for (const warning of runtime.warnings) console.warn(warning);
