import { licenceChange, type AuditEvent } from '../test/builders/audit-event.ts';
import { graphAudit, unifiedAudit } from '../test/builders/raw-audit.ts';
import names from '../shared/names.json' with { type: 'json' };
import { beyond, type Counted, total } from './counted.ts';
import { watchedApp } from './watched-app.ts';

/**
 * What a day of one tenant costs in units that Azure charges for: executions, seconds, storage transactions and log lines, counted on
 * the local host against the simulated tenant. Everything is measured several times: what differs is printed as a range, and depends
 * on the load of the machine. docs/cost.md says how to put prices to it.
 */
const contoso = '7a1c0e52-0000-4000-8000-00000000c0c0';
const fabrikam = '7a1c0e52-0000-4000-8000-00000000fab0';
const repetitions = 3;
const noiseRecords = 1000;
const peopleWhoLose = 200;

/** Assumptions that the reader replaces by his own (docs/cost.md): records a user and day of both logs, people who lose a licence. */
const days = [
  { name: 'quiet', recordsAUser: 5, losersAThousand: 0.2 },
  { name: 'busy', recordsAUser: 25, losersAThousand: 50 },
];
const collectionsADay = 288;
/** Windows overlap by three collections; the Entra log is read twice more, and this counts the other log as if it were. */
const readAgain = 5;

/** Polls of the host: each queue at most every two seconds (host.json) while an instance runs. */
const pollsADay = (Object.keys(names.queues).length * 86_400) / 2;
/** A message is deleted alone, and fetched with up to three others (`batchSize` in host.json). */
const fewestAMessage = 1 + 1 / 4;
const mostAMessage = 2;

/** One figure of each repetition. */
type Unit = (counted: Counted) => number;
const units: { name: string; of: Unit; digits: number }[] = [
  { name: 'executions', of: ({ executions }) => total(executions), digits: 1 },
  { name: 'charged seconds', of: ({ chargedSeconds }) => chargedSeconds, digits: 1 },
  { name: 'storage transactions', of: ({ transactions }) => total(transactions), digits: 1 },
  { name: 'messages', of: ({ messages }) => messages, digits: 1 },
  { name: 'log lines', of: ({ logLines }) => logLines, digits: 1 },
  { name: 'log bytes', of: ({ logBytes }) => logBytes, digits: 0 },
];

const quiet: Counted[] = [];
const tenant: Counted[] = [];
const noise: Counted[] = [];
const noiseAgain: Counted[] = [];
const losses: Counted[] = [];
const lossesAgain: Counted[] = [];

for (let repetition = 1; repetition <= repetitions; repetition += 1) {
  console.log(`repetition ${String(repetition)} of ${String(repetitions)} …`);
  const nothingNew = await measure([contoso], [], []);
  quiet.push(nothingNew);
  tenant.push(beyond(await measure([contoso, fabrikam], [], []), nothingNew));
  const uninteresting = Array.from({ length: noiseRecords }, (_, index) => event(index));
  await measure([contoso], uninteresting, [noise, noiseAgain], nothingNew);
  const lost = Array.from({ length: peopleWhoLose }, (_, index) =>
    event(index, { activity: 'Change user license', changes: [licenceChange(['SPE_E3'], [])] }),
  );
  const first = await measure([contoso], lost, [losses, lossesAgain], nothingNew);
  if ((first.executions['record-alerts'] ?? 0) === 0) throw new Error('nobody was seen to lose a licence');
}

const recordsOfNoise = (noiseRecords * 2) / 1000;
print('a collection with nothing new (three sources, one tenant)', quiet);
print('of these, for each tenant', tenant);
print('1,000 records of no interest, read first', noise, recordsOfNoise);
print('… read again', noiseAgain, recordsOfNoise);
print('100 people who lose a licence, read first', losses, peopleWhoLose / 100);
console.log(
  '  before records were remembered apart from evaluating (commit c001371): 2986 to 3111 transactions',
);
print('… read again', lossesAgain, peopleWhoLose / 100);
console.log('  before (commit c001371): 1870 transactions');
printDays();

/** Collects in an app of its own; with events a second time, when they are all read again. @returns the first collection */
async function measure(
  ids: [string, ...string[]],
  events: Partial<AuditEvent>[],
  [first, again]: Counted[][],
  nothingNew?: Counted,
): Promise<Counted> {
  const app = await watchedApp(ids);
  try {
    app.deposit(events.map(graphAudit), events.map(unifiedAudit));
    const counted = await app.collect();
    if (nothingNew !== undefined) {
      first?.push(beyond(counted, nothingNew));
      again?.push(beyond(await app.collect(), nothingNew));
    }
    return counted;
  } finally {
    await app.close();
  }
}

function event(index: number, change: Partial<AuditEvent> = {}): Partial<AuditEvent> {
  const serial = String(index).padStart(12, '0');
  return {
    id: `Directory_${serial}`,
    correlationId: `c0000000-0000-4000-8000-${serial}`,
    at: new Date(Date.now() - 1000).toISOString(),
    user: { id: `0b000000-0000-4000-8000-${serial}`, upn: `person-${serial}@contoso.com` },
    activity: 'Update application',
    changes: [{ property: 'KeyDescription', before: ['a'], after: ['b'] }],
    ...change,
  };
}

function print(title: string, repeated: readonly Counted[], count = 1): void {
  console.log(`\n${title}`);
  for (const { name, of, digits } of units) {
    console.log(`  ${name.padEnd(21)}${range(repeated.map(of), count, digits)}`);
  }
  for (const part of ['executions', 'transactions'] as const) {
    const kinds = [...new Set(repeated.flatMap((counted) => Object.keys(counted[part])))].sort();
    const figures = kinds.map(
      (kind) =>
        `${kind} ${range(
          repeated.map((counted) => counted[part][kind] ?? 0),
          count,
          1,
        )}`,
    );
    console.log(`  ${figures.filter((figure) => !figure.endsWith(' 0.0')).join(', ')}`);
  }
}

function range(values: readonly number[], count: number, digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((n) => (n / count).toFixed(digits));
  return least === most ? String(least) : `${String(least)} to ${String(most)}`;
}

function printDays(): void {
  console.log('\nA day of one tenant, at most (288 collections; every record read again five times)');
  console.log('users     day    executions  seconds  transactions  host at least  host at most  log MB');
  for (const users of [1_000, 10_000, 100_000]) {
    for (const { name, recordsAUser, losersAThousand } of days) {
      const noisy = (users * recordsAUser) / 1000 / recordsOfNoise;
      const losers = (users * losersAThousand) / 1000 / peopleWhoLose;
      const most = (repeated: readonly Counted[], of: Unit): number => Math.max(...repeated.map(of));
      const day = (of: Unit): number =>
        most(quiet, of) * collectionsADay +
        (most(noise, of) + readAgain * most(noiseAgain, of)) * noisy +
        (most(losses, of) + readAgain * most(lossesAgain, of)) * losers;
      const messages = day((counted) => counted.messages);
      const columns: [number, width: number][] = [
        [day((counted) => total(counted.executions)), 10],
        [day((counted) => counted.chargedSeconds), 9],
        [day((counted) => total(counted.transactions)), 14],
        [messages * fewestAMessage, 15],
        [messages * mostAMessage + pollsADay, 14],
      ];
      const figures = columns.map(([value, width]) => value.toFixed(0).padStart(width)).join('');
      const megabytes = (day((counted) => counted.logBytes) / 1e6).toFixed(1).padStart(8);
      console.log(`${String(users).padEnd(10)}${name.padEnd(7)}${figures}${megabytes}`);
    }
  }
}
