import { at, lastPart, ofType, type Resource, type Snapshot, textAt } from './template.ts';

const logAlarm = 'Microsoft.Insights/scheduledQueryRules';
const metricAlarm = 'Microsoft.Insights/metricAlerts';

/** What each alarm is about, as its name ends. */
const due = [
  'poison',
  'nothing-collected',
  'queue-age',
  'queues-unseen',
  'failures',
  'delivery',
  'log-limit',
  'storage-refused',
];

/** Each alarm is there, is on, goes to somebody by mail, and says what it means for the watched tenants and what to do. */
export function alarmFindings(snapshot: Snapshot): string[] {
  const alarms = [...ofType(snapshot, logAlarm), ...ofType(snapshot, metricAlarm)];
  const groups = ofType(snapshot, 'Microsoft.Insights/actionGroups');
  return [
    ...due
      .filter((id) => !alarms.some(({ name }) => name.endsWith(`-${id}`)))
      .map((id) => `there is no alarm ${id}`),
    ...alarms
      .filter(({ name }) => !due.some((id) => name.endsWith(`-${id}`)))
      .map(({ name }) => `nobody asked for the alarm ${name}`),
    ...groups.filter((group) => !isMailed(group)).map(({ name }) => `the alarms of ${name} reach nobody`),
    ...alarms.flatMap((alarm) => {
      const description = textAt(alarm, 'properties', 'description');
      const recipients = recipientsOf(alarm);
      const rules: [kept: boolean, otherwise: string][] = [
        [at(alarm, 'properties', 'enabled') === true, 'is off'],
        [
          recipients.length > 0 && recipients.every((id) => groups.some((group) => group.id === id)),
          'goes to nobody',
        ],
        [/\btenants?\b/.test(description), 'does not say what it means for the watched tenants'],
        [sentences(description) >= 2, 'does not say what to do'],
      ];
      return rules.filter(([kept]) => !kept).map(([, otherwise]) => `${alarm.name} ${otherwise}`);
    }),
  ];
}

function isMailed(group: Resource): boolean {
  const address = at(group, 'properties', 'emailReceivers', 0, 'emailAddress');
  return at(group, 'properties', 'enabled') === true && typeof address === 'string' && address.includes('@');
}

/** The two kinds of alarm name their action groups differently. */
function recipientsOf({ type, properties }: Resource): string[] {
  const actions = at(properties, 'actions');
  const ids = type === logAlarm ? at(actions, 'actionGroups') : actions;
  return Array.isArray(ids) ? ids.map((id: unknown) => String(at(id, 'actionGroupId') ?? id)) : [];
}

function sentences(text: string): number {
  return text.split(/[.;?](?:\s|$)/).filter((sentence) => sentence.trim() !== '').length;
}

/**
 * What the queries look for is what the code writes: each message as it stands there, and each field of its line in the file that
 * writes it. A message that is renamed would silence its alarm, or make the one that waits for it cry for ever.
 */
export function queryFindings(
  snapshot: Snapshot,
  sources: readonly (readonly [file: string, text: string])[],
): string[] {
  return ofType(snapshot, logAlarm).flatMap((alarm) => {
    const query = textAt(alarm, 'properties', 'criteria', 'allOf', 0, 'query');
    const words = Array.from(query.matchAll(/Message has '([^']+)'/g), ([, word = '']) => word);
    const fields = Array.from(query.matchAll(/\bline\.(\w+)/g), ([, field = '']) => field);
    const findings = messagesIn(query).flatMap((message) => {
      const writers = sources.filter(([, text]) => text.includes(`'${message}'`));
      if (writers.length === 0) return [`no code writes '${message}'`];
      const written = (pattern: RegExp): boolean => writers.every(([, text]) => pattern.test(text));
      return [
        ...words
          .filter((word) => !message.includes(word) && !written(new RegExp(`'${word}'`)))
          .map((word) => `a line with '${message}' does not have '${word}'`),
        ...fields
          .filter((field) => field !== 'message' && !written(new RegExp(`\\b${field}\\b`)))
          .map((field) => `a line with '${message}' has no ${field}`),
      ];
    });
    return findings.map((finding) => `${lastPart(alarm.id)}: ${finding}`);
  });
}

/** The texts that a query compares with the message of a line. */
function messagesIn(query: string): string[] {
  const compared = query.match(/\bsaid\s+(?:[!=]=|in)\s*(?:\([^)]*\)|'[^']*')/g) ?? [];
  return [
    ...new Set(
      compared.flatMap((comparison) =>
        Array.from(comparison.matchAll(/'([^']*)'/g), ([, text = '']) => text),
      ),
    ),
  ];
}
