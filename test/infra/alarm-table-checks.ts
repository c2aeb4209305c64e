import { isDeepStrictEqual } from 'node:util';
import { at, ofType, type Resource, type Snapshot, textAt } from './template.ts';
import type { Registration } from './registrations.ts';

interface LogAlarm {
  /** As the workspace calls it. */
  table: 'AppTraces' | 'AppRequests' | '_LogOperation';
  operator: 'GreaterThan' | 'LessThan';
  threshold: number;
  every: string;
  over: string;
  each?: string;
}

/** When each alarm of the log fires, by how its name ends. */
const logAlarms: Record<string, LogAlarm> = {
  poison: { table: 'AppTraces', operator: 'GreaterThan', threshold: 0, every: 'PT15M', over: 'PT1H' },
  'nothing-collected': {
    table: 'AppTraces',
    operator: 'LessThan',
    threshold: 1,
    every: 'PT30M',
    over: 'PT3H',
  },
  'queue-age': {
    table: 'AppTraces',
    operator: 'GreaterThan',
    threshold: 0,
    every: 'PT15M',
    over: 'PT15M',
    each: 'queue',
  },
  'queues-unseen': { table: 'AppTraces', operator: 'LessThan', threshold: 1, every: 'PT30M', over: 'PT1H' },
  failures: {
    table: 'AppRequests',
    operator: 'GreaterThan',
    threshold: 0,
    every: 'PT15M',
    over: 'PT30M',
    each: 'functionName',
  },
  delivery: {
    table: 'AppTraces',
    operator: 'GreaterThan',
    threshold: 0,
    every: 'PT15M',
    over: 'P1D',
    each: 'channel',
  },
  'log-limit': {
    table: '_LogOperation',
    operator: 'GreaterThan',
    threshold: 0,
    every: 'PT30M',
    over: 'PT2H',
  },
};

/** Each alarm fires when it should: operator, threshold, window, table, dimension; and it closes by itself. */
export function alarmTableFindings(snapshot: Snapshot): string[] {
  const [account] = ofType(snapshot, 'Microsoft.Storage/storageAccounts');
  return [
    ...ofType(snapshot, 'Microsoft.Insights/scheduledQueryRules').flatMap((alarm) => {
      const [id] = Object.keys(logAlarms).filter((ending) => alarm.name.endsWith(`-${ending}`));
      const due = logAlarms[id ?? ''];
      return due === undefined ? [] : logAlarmFindings(alarm, due, snapshot);
    }),
    ...ofType(snapshot, 'Microsoft.Insights/metricAlerts').flatMap((alarm) =>
      different(alarm, metricAlarmOf(String(account?.id))),
    ),
  ];
}

function logAlarmFindings(alarm: Resource, due: LogAlarm, snapshot: Snapshot): string[] {
  const criterion = at(alarm, 'properties', 'criteria', 'allOf', 0);
  const query = textAt(criterion, 'query');
  const [workspace] = ofType(snapshot, 'Microsoft.OperationalInsights/workspaces');
  const dimensions = due.each === undefined ? [] : [{ name: due.each, operator: 'Include', values: ['*'] }];
  const table = /^(?:let \w+ = )?(\w+)\n/.exec(query)?.[1];
  return [
    ...(table === due.table ? [] : [`${alarm.name} reads ${String(table)}, not ${due.table}`]),
    ...(due.each === undefined || columnsOf(query).includes(due.each)
      ? []
      : [`${alarm.name} has no column ${due.each} in the end`]),
    ...different(alarm, {
      enabled: true,
      autoMitigate: true,
      scopes: [workspace?.id],
      evaluationFrequency: due.every,
      windowSize: due.over,
      criteria: {
        allOf: [
          {
            query,
            timeAggregation: 'Count',
            operator: due.operator,
            threshold: due.threshold,
            dimensions,
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
          },
        ],
      },
    }),
  ];
}

/** The columns that a query makes itself; after it has summarised, only those by which it did. */
function columnsOf(query: string): string[] {
  const summarised = query.split('\n').filter((line) => line.startsWith('| summarize '));
  const last = summarised.at(-1);
  if (last !== undefined) return [/ by (\w+)$/.exec(last)?.[1] ?? ''];
  return Array.from(query.matchAll(/^\| extend (\w+) =/gm), ([, column = '']) => column);
}

/** Transactions of a storage account know these dimensions and values, among others. */
function metricAlarmOf(account: string): Record<string, unknown> {
  return {
    enabled: true,
    autoMitigate: true,
    scopes: [account],
    evaluationFrequency: 'PT5M',
    windowSize: 'PT6H',
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion',
          name: 'refused',
          metricNamespace: 'Microsoft.Storage/storageAccounts',
          metricName: 'Transactions',
          timeAggregation: 'Total',
          operator: 'GreaterThan',
          threshold: 60,
          dimensions: [
            { name: 'ResponseType', operator: 'Include', values: ['AuthorizationError'] },
            { name: 'Authentication', operator: 'Include', values: ['OAuth'] },
          ],
        },
      ],
    },
  };
}

function different(alarm: Resource, due: Record<string, unknown>): string[] {
  return Object.entries(due)
    .filter(([name, value]) => !isDeepStrictEqual(at(alarm, 'properties', name), value))
    .map(([name]) => `${alarm.name} has another ${name}`);
}

/** A timer fails seldom, so its failures count for more: those that the query names are the timers of the app. */
export function timerFindings(snapshot: Snapshot, registrations: readonly Registration[]): string[] {
  const timers = registrations.filter(({ trigger }) => trigger === 'timer').map(({ name }) => name);
  return ofType(snapshot, 'Microsoft.Insights/scheduledQueryRules')
    .filter(({ name }) => name.endsWith('-failures'))
    .flatMap((alarm) => {
      const query = textAt(alarm, 'properties', 'criteria', 'allOf', 0, 'query');
      const listed = /functionName in \(([^)]*)\)/.exec(query)?.[1] ?? '';
      const named = Array.from(listed.matchAll(/'([^']+)'/g), ([, name = '']) => name);
      return isDeepStrictEqual(named.sort(), timers.sort())
        ? []
        : [`${alarm.name} takes ${named.join()} for the timers, and they are ${timers.join()}`];
    });
}
