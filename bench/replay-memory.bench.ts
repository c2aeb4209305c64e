import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * What `gracewatch replay` costs on an export of 200 MB with 20,000 licence records, against its budget: peak memory
 * in MiB, and processor time as a multiple of what `JSON.parse` takes for the same records.
 */

const megabyte = 1024 * 1024;
const exportBytes = 200 * megabyte;
const licenceRecords = 20_000;
/** Of every person: given, taken away, given back. */
const people = Math.ceil(licenceRecords / 3);
const budget = { memoryMiB: 300, timesParse: 3 };

const tenantId = '7a1c0e52-0000-4000-8000-00000000c0c0';
const plans = Array.from({ length: 20 }, (_, index) => ({
  SubscribedPlanId: guid(7, index),
  ServiceInstance: 'exchange/eurp189-004-01',
  CapabilityStatus: 0,
  AssignedTimestamp: '2026-02-03T09:15:00Z',
  InitialState: null,
  Capability: null,
  ServicePlanId: guid(8, index),
}));

function guid(kind: number, index: number): string {
  return `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

function licences(...products: (readonly [string, string])[]): string {
  return JSON.stringify(
    products.map(([name, id]) => `[SkuName=${name}, AccountId=${tenantId}, SkuId=${id}, DisabledPlans=[]]`),
  );
}

const e3 = ['ENTERPRISEPACK', '6fd2c87f-b296-42f0-b197-1e91e994b900'] as const;

function audit(
  index: number,
  activity: string,
  person: number,
  properties: [string, string, string][],
): string {
  const correlationId = guid(1, index);
  const at = new Date(Date.UTC(2026, 1, 1) + index * 20_000).toISOString();
  return JSON.stringify({
    id: `Directory_${correlationId}_${index}`,
    category: 'UserManagement',
    correlationId,
    result: 'success',
    resultReason: '',
    activityDisplayName: activity,
    activityDateTime: at,
    loggedByService: 'Core Directory',
    operationType: 'Update',
    initiatedBy: {
      app: null,
      user: {
        id: guid(2, 1),
        displayName: null,
        userPrincipalName: 'admin@contoso.com',
        ipAddress: '192.0.2.10',
        roles: [],
      },
    },
    targetResources: [
      {
        id: guid(3, person),
        displayName: null,
        type: 'User',
        userPrincipalName: `person-${person}@contoso.com`,
        groupType: null,
        modifiedProperties: [
          ...properties.map(([displayName, oldValue, newValue]) => ({ displayName, oldValue, newValue })),
          {
            displayName: 'Included Updated Properties',
            oldValue: null,
            newValue: JSON.stringify(properties.map(([name]) => name).join(', ')),
          },
          { displayName: 'TargetId.UserType', oldValue: null, newValue: '"Member"' },
        ],
      },
    ],
    additionalDetails: [{ key: 'UserType', value: 'Member' }],
  });
}

function licenceRecord(index: number, number: number): string {
  const isGiven = Math.floor(number / people) !== 1;
  const [none, one] = [licences(), licences(e3)];
  return audit(index, 'Change user license', number % people, [
    ['AssignedLicense', isGiven ? none : one, isGiven ? one : none],
    ['AssignedPlan', isGiven ? '[]' : JSON.stringify(plans), isGiven ? JSON.stringify(plans) : '[]'],
  ]);
}

/** Directory sync: 43 of 44 captured updates of users are that (FACTS 6.2). */
function noiseRecord(index: number): string {
  return audit(index, 'Update user', index % 50_000, [
    ['LastDirSyncTime', '["2026-02-03T08:45:00Z"]', '["2026-02-03T09:15:00Z"]'],
    ['Action Client Name', 'null', '"DirectorySync"'],
  ]);
}

async function writeExport(file: string): Promise<number> {
  const out = createWriteStream(file);
  const noiseBytes = exportBytes - licenceRecords * licenceRecord(0, 0).length;
  const noise = Math.floor(noiseBytes / noiseRecord(100_000).length);
  const records = licenceRecords + noise;
  for (let index = 0, given = 0; index < records; index += 1) {
    const isDue = given < licenceRecords && index * licenceRecords >= given * records;
    const text = isDue ? licenceRecord(index, given) : noiseRecord(index);
    if (isDue) given += 1;
    if (!out.write(`${text}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return records;
}

interface Usage {
  cpuSeconds: number;
  peakMiB: number;
}

/** Runs a script in a process of its own and gives what that took, measured by itself as it ended. */
function usageOf(args: readonly string[]): Usage {
  const measure = `data:text/javascript,${encodeURIComponent(
    `process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
      require('node:fs').writeSync(3, JSON.stringify([(userCPUTime + systemCPUTime) / 1e6, maxRSS / 1024])); });
      import { createRequire } from 'node:module'; const require = createRequire('file:///');`,
  )}`;
  const output = execFileSync(
    '/bin/sh',
    ['-c', 'exec "$0" "$@" 3>&1 >/dev/null', process.execPath, '--import', measure, ...args],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [cpuSeconds = 0, peakMiB = 0] = JSON.parse(output) as number[];
  return { cpuSeconds, peakMiB };
}

const parseLines = `
  import { createReadStream } from 'node:fs';
  import { createInterface } from 'node:readline';
  for await (const line of createInterface({ input: createReadStream(process.argv[1]) })) JSON.parse(line);`;

const folder = mkdtempSync(path.join(tmpdir(), 'gracewatch-bench-'));
try {
  const file = path.join(folder, 'export.jsonl');
  const records = await writeExport(file);
  const cli = fileURLToPath(new URL('../cli/gracewatch.ts', import.meta.url));
  const idle = usageOf(['--input-type=module', '--eval', '']);
  const parsed = usageOf(['--input-type=module', '--eval', parseLines, file]);
  const started = usageOf([cli, '--version']);
  const replayed = usageOf([cli, 'replay', '--json', '--tenant', tenantId, file]);
  // Of a user whom no record names nothing is evaluated.
  const read = usageOf([cli, 'replay', '--json', '--tenant', tenantId, '--user', 'nobody@contoso.com', file]);
  const times = (usage: Usage): string =>
    `${((usage.cpuSeconds - started.cpuSeconds) / (parsed.cpuSeconds - idle.cpuSeconds)).toFixed(1)} × JSON.parse of the same`;
  console.log(
    `replay of ${Math.round(statSync(file).size / megabyte)} MB, ${records} records, ${licenceRecords} of licences`,
  );
  console.log(`  peak memory      ${Math.round(replayed.peakMiB)} MiB (budget ${budget.memoryMiB})`);
  console.log(`  all of it        ${times(replayed)} (budget ${budget.timesParse})`);
  console.log(`  reading alone    ${times(read)}`);
} finally {
  rmSync(folder, { recursive: true });
}
