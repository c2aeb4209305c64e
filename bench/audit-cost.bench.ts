import { rules } from '#rules';
import { basisOf } from '../shared/evaluate/ask.ts';
import { evaluateRule } from '../shared/evaluate/evaluate-rule.ts';
import { ruleSettings } from '../shared/evaluate/rule-set.ts';
import type { AuditRecord } from '../shared/ingest/audit-record.ts';
import { readGraphAudit } from '../shared/ingest/graph-audit.ts';
import { buildTimeline } from '../shared/timeline/timeline.ts';
import {
  type AuditEvent,
  auditEvent,
  contoso,
  groupLicensing,
  licenceChange,
} from '../test/builders/audit-event.ts';
import { graphAudit, type Raw } from '../test/builders/raw-audit.ts';

/**
 * What it costs to normalise, join and evaluate audit records, as a multiple of `JSON.parse` of the same bytes. Budget:
 * at most 3. The mix is that of a tenant with directory sync: most records are noise (FACTS 6.2), some are about licences.
 */
const people = 2_000;
const now = '2026-03-01T12:00:00.000Z';

function person(index: number): Raw[] {
  const serial = String(index).padStart(12, '0');
  const user = { id: `0b000000-0000-4000-8000-${serial}`, upn: `person-${serial}@contoso.com` };
  const record = (number: number, change: Partial<AuditEvent>): Raw =>
    graphAudit(
      auditEvent({
        user,
        id: `Directory_${serial}_${String(number)}`,
        correlationId: `c0000000-0000-4000-8${String(number).padStart(3, '0')}-${serial}`,
        at: new Date(Date.parse('2026-02-20T08:00:00Z') + (index * 20 + number) * 1000).toISOString(),
        ...change,
      }),
    );
  const synchronised = Array.from({ length: 7 }, (_, number) =>
    record(number, {
      activity: 'Update user',
      changes: [
        { property: 'LastDirSyncTime', before: ['2026-02-20T07:30:00Z'], after: ['2026-02-20T08:00:00Z'] },
        { property: 'Action Client Name', after: 'DirectorySync' },
        { property: 'Included Updated Properties', after: 'LastDirSyncTime' },
        { property: 'TargetId.UserType', after: 'Member' },
      ],
    }),
  );
  const plans = { property: 'AssignedPlan', before: planList(20), after: planList(60) };
  return [
    ...synchronised,
    record(7, {
      activity: 'Update application',
      changes: [{ property: 'KeyDescription', before: ['a'], after: ['b'] }],
    }),
    record(8, {
      activity: 'Add member to group',
      group: { id: `97000000-0000-4000-8000-${serial}`, name: 'All staff' },
    }),
    record(9, {
      by: groupLicensing,
      changes: [licenceChange(['FLOW_FREE'], ['FLOW_FREE', 'SPE_E3']), plans],
    }),
  ];
}

function planList(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    SubscribedPlanId: `5b000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    ServiceInstance: 'exchange/eurp189-004-01',
    CapabilityStatus: 0,
    AssignedTimestamp: '2026-02-20T08:00:00Z',
    InitialState: null,
    Capability: null,
    ServicePlanId: `5c000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  }));
}

const texts = Array.from({ length: people }, (_, index) => person(index))
  .flat()
  .map((record) => JSON.stringify(record));
const { settingsOf } = ruleSettings(rules, {});
const coverage = { windows: [], latestArrivalMinutes: 1440 };

function parse(): unknown[] {
  return texts.map((text): unknown => JSON.parse(text));
}

function process(raw: readonly unknown[]): number {
  const byUser = new Map<string, AuditRecord[]>();
  for (const each of raw) {
    const read = readGraphAudit(each, contoso);
    if (read.kind !== 'record') continue;
    const id = read.record.target.user?.id ?? '';
    const records = byUser.get(id);
    if (records === undefined) byUser.set(id, [read.record]);
    else records.push(read.record);
  }
  let findings = 0;
  for (const [id, records] of byUser) {
    const timeline = buildTimeline(contoso, { kind: 'user', id, name: id }, records, []);
    const { subject } = timeline;
    const views = { timeline: { ...timeline, coverage } };
    for (const rule of rules) {
      const asked = {
        rule,
        tenantId: contoso,
        subject,
        settings: settingsOf(rule.id, contoso),
        views,
        basis: basisOf(rule, views),
      };
      findings += evaluateRule(asked, now).findings.length;
    }
  }
  return findings;
}

const ratios: number[] = [];
for (let round = 0; round < 7; round += 1) {
  const start = performance.now();
  const raw = parse();
  const parsed = performance.now();
  process(raw);
  const done = performance.now();
  if (round > 1) ratios.push((done - parsed) / (parsed - start));
}
ratios.sort((a, b) => a - b);
const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
console.log(
  `  ${String(texts.length)} records, ${megabytes.toFixed(1)} MB: normalise, join and evaluate cost ${(ratios[2] ?? NaN).toFixed(2)} times JSON.parse (${(ratios[0] ?? NaN).toFixed(2)} to ${(ratios.at(-1) ?? NaN).toFixed(2)}; budget 3)`,
);
