import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulatedTenant } from '../dev/tenant/server.ts';
import { licenceChange, type AuditEvent } from '../test/builders/audit-event.ts';
import { startAzurite } from '../test/builders/azurite.ts';
import { graphAudit, unifiedAudit } from '../test/builders/raw-audit.ts';
import { recordingChannel } from '../test/flow/recording-channel.ts';
import { runHost } from '../test/flow/running-host.ts';
import { countingStorage, type Transactions } from './counting-storage.ts';

/**
 * What a day of one tenant costs in units that Azure charges for: executions, seconds of work, storage transactions and log lines, counted
 * on the local host against the simulated tenant. Counts are exact; seconds are those of this machine. docs/cost.md says how to put
 * prices to them. What the host itself does to get at messages is counted apart, because another host does it on Azure.
 */
const contoso = '7a1c0e52-0000-4000-8000-00000000c0c0';
const quietRuns = 5;
const noiseRecords = 1000;
const peopleWhoLose = 200;

/** Assumptions that the reader replaces by his own (docs/cost.md): records a user and day of both logs, people who lose a licence. */
const days = [
  { name: 'quiet', recordsAUser: 5, losersAThousand: 0.2 },
  { name: 'busy', recordsAUser: 25, losersAThousand: 50 },
];
const runsADay = 288;

/** A line that the local host writes after each run: name, id, outcome, duration. */
const invocation = /^\S+ ([a-z-]+) [0-9a-f-]{36} (?:succeeded|failed) (\d+) ms/gm;

/** Done by the host for its triggers, not by the functions. */
const hostKinds = new Set(['queue get messages', 'queue delete message', 'queue renew message']);

interface Counted {
  executions: Record<string, number>;
  milliseconds: number;
  /** Executions as Flex Consumption charges them: at least one second each (FACTS 11.1). */
  chargedSeconds: number;
  transactions: Transactions;
  logLines: number;
  logBytes: number;
}

const azurite = await startAzurite();
const storage = await countingStorage(azurite.connectionString);
const tenant = await startSimulatedTenant({
  tenants: [{ id: contoso, name: 'Contoso', domain: 'contoso.com' }],
});
const channel = await recordingChannel();
const host = await runHost({
  AzureWebJobsStorage: storage.connectionString,
  GRACEWATCH_TENANTS: JSON.stringify([{ id: contoso, name: 'Contoso', domain: 'contoso.com' }]),
  GRACEWATCH_CREDENTIAL: 'none',
  GRACEWATCH_GRAPH_ENDPOINT: tenant.origin,
  GRACEWATCH_ACTIVITY_ENDPOINT: tenant.origin,
  GRACEWATCH_CHANNELS: JSON.stringify([{ id: 'licences', kind: 'teams', url: channel.url }]),
  GRACEWATCH_TIMING: JSON.stringify({ groupSeconds: 2, postGapSeconds: 15, retrySeconds: 2 }),
});
let outputRead = 0;

try {
  await host.processId();
  console.log('first collection (seven days and more, empty) …');
  await collect();

  console.log(`${String(quietRuns)} collections with nothing new …`);
  const quiet = await collect(quietRuns);

  console.log(`one collection with ${String(noiseRecords)} records of each log that are of no interest …`);
  const noise = Array.from({ length: noiseRecords }, (_, index) => event(index, 0));
  deposit(noise.map(graphAudit), noise.map(unifiedAudit));
  const noisy = await collect();

  console.log(`one collection in which ${String(peopleWhoLose)} people lose a licence (two records each) …`);
  const losses = Array.from({ length: peopleWhoLose }, (_, index) =>
    event(noiseRecords + index, 1, {
      activity: 'Change user license',
      changes: [licenceChange(['SPE_E3'], [])],
    }),
  );
  deposit(losses.map(graphAudit), losses.map(unifiedAudit));
  const busy = await collect();

  const perRun = each(quiet, quietRuns);
  const perNoise = each(minus(noisy, perRun), (noiseRecords * 2) / 1000);
  const perLoss = each(minus(busy, perRun), peopleWhoLose / 100);
  print('a collection with nothing new (three sources, one tenant)', perRun);
  print('1,000 records of no interest', perNoise);
  print('100 people who lose a licence', perLoss);
  printDays(perRun, perNoise, perLoss);
} finally {
  await host.stop();
  await tenant.close();
  await channel.close();
  await storage.close();
  await azurite.stop();
}

function event(index: number, minutesAgo: number, change: Partial<AuditEvent> = {}): Partial<AuditEvent> {
  const serial = String(index).padStart(12, '0');
  return {
    id: `Directory_${serial}`,
    correlationId: `c0000000-0000-4000-8000-${serial}`,
    at: new Date(Date.now() - minutesAgo * 60_000 - 1000).toISOString(),
    user: { id: `0b000000-0000-4000-8000-${serial}`, upn: `person-${serial}@contoso.com` },
    activity: 'Update application',
    changes: [{ property: 'KeyDescription', before: ['a'], after: ['b'] }],
    ...change,
  };
}

function deposit(entra: object[], unified: object[]): void {
  tenant.logs.of(contoso)?.deposit({ entra: entra as never[], unified: unified as never[] });
}

/** Collects as often as asked, each time until nothing runs any more, and gives what that took. */
async function collect(times = 1): Promise<Counted> {
  storage.take();
  outputRead = host.output.join('').length;
  for (let run = 0; run < times; run += 1) {
    await host.run('schedule-collection');
    await host.run('report-poison');
    await settled();
  }
  return counted(host.output.join('').slice(outputRead), storage.take());
}

/** Nothing was run for as long as a delayed message of the chosen timing may wait. */
async function settled(): Promise<void> {
  const runs = (): number => host.output.join('').match(invocation)?.length ?? 0;
  for (let before = -1, now = runs(); before !== now;) {
    await sleep(20_000);
    before = now;
    now = runs();
  }
}

function counted(output: string, transactions: Transactions): Counted {
  const executions: Record<string, number> = {};
  let milliseconds = 0;
  let chargedSeconds = 0;
  for (const [, name = '', duration = '0'] of output.matchAll(invocation)) {
    executions[name] = (executions[name] ?? 0) + 1;
    milliseconds += Number(duration);
    chargedSeconds += Math.max(1, Number(duration) / 1000);
  }
  const failed = output.match(/^\S+ [a-z-]+ [0-9a-f-]{36} failed .*/m);
  if (failed !== null) throw new Error(`a function failed, so there is nothing to count: ${failed[0]}`);
  const lines = output.match(/\{"level":.*\}/g) ?? [];
  return {
    executions,
    milliseconds,
    chargedSeconds,
    transactions,
    logLines: lines.length,
    logBytes: lines.reduce((bytes, line) => bytes + Buffer.byteLength(line), 0),
  };
}

function numbers(
  a: Record<string, number>,
  f: (value: number, name: string) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(a).map(([name, value]) => [name, f(value, name)]));
}

function each(all: Counted, count: number): Counted {
  const share = (value: number): number => value / count;
  return {
    executions: numbers(all.executions, share),
    milliseconds: share(all.milliseconds),
    chargedSeconds: share(all.chargedSeconds),
    transactions: numbers(all.transactions, share),
    logLines: share(all.logLines),
    logBytes: share(all.logBytes),
  };
}

/** What a run took beyond one with nothing new. */
function minus(run: Counted, quiet: Counted): Counted {
  const beyond = (less: Record<string, number>) => (value: number, name: string) =>
    Math.max(0, value - (less[name] ?? 0));
  return {
    executions: numbers(run.executions, beyond(quiet.executions)),
    milliseconds: Math.max(0, run.milliseconds - quiet.milliseconds),
    chargedSeconds: Math.max(0, run.chargedSeconds - quiet.chargedSeconds),
    transactions: numbers(run.transactions, beyond(quiet.transactions)),
    logLines: Math.max(0, run.logLines - quiet.logLines),
    logBytes: Math.max(0, run.logBytes - quiet.logBytes),
  };
}

function total(a: Record<string, number>): number {
  return Object.values(a).reduce((sum, value) => sum + value, 0);
}

function split(transactions: Transactions): { app: number; host: number } {
  const host = total(numbers(transactions, (value, kind) => (hostKinds.has(kind) ? value : 0)));
  return { app: total(transactions) - host, host };
}

function print(
  title: string,
  { executions, milliseconds, chargedSeconds, transactions, logLines, logBytes }: Counted,
): void {
  const list = (a: Record<string, number>): string =>
    Object.entries(a)
      .filter(([, value]) => value > 0)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${name} ${value.toFixed(1)}`)
      .join(', ');
  console.log(`
${title}
  executions           ${total(executions).toFixed(1)}: ${list(executions)}
  seconds of work here ${(milliseconds / 1000).toFixed(2)}; charged as at least one second each: ${chargedSeconds.toFixed(1)}
  storage transactions ${split(transactions).app.toFixed(1)} by the functions, and the host's for its triggers: ${list(transactions)}
  log                  ${logLines.toFixed(1)} lines, ${logBytes.toFixed(0)} bytes of text`);
}

function printDays(perRun: Counted, perNoise: Counted, perLoss: Counted): void {
  console.log(
    '\nA day of one tenant (288 collections; records of both logs a user; people who lose a licence a thousand)',
  );
  console.log('users     day    executions  seconds charged  storage transactions  log MB');
  for (const users of [1_000, 10_000, 100_000]) {
    for (const { name, recordsAUser, losersAThousand } of days) {
      const thousandsOfRecords = (users * recordsAUser) / 1000;
      const hundredsOfLosers = (users * losersAThousand) / 1000 / 100;
      const day = (unit: (counted: Counted) => number): number =>
        unit(perRun) * runsADay + unit(perNoise) * thousandsOfRecords + unit(perLoss) * hundredsOfLosers;
      console.log(
        [
          String(users).padEnd(9),
          name.padEnd(6),
          day((counted) => total(counted.executions))
            .toFixed(0)
            .padStart(10),
          day((counted) => counted.chargedSeconds)
            .toFixed(0)
            .padStart(16),
          day((counted) => split(counted.transactions).app)
            .toFixed(0)
            .padStart(21),
          (day((counted) => counted.logBytes) / 1_000_000).toFixed(1).padStart(7),
        ].join(' '),
      );
    }
  }
}
