import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditRecordSchema } from '../../shared/ingest/audit-record.ts';
import { detectFormat } from '../../shared/ingest/detect-format.ts';
import type { Format } from '../../shared/ingest/detect-format.ts';
import { readRecordOf } from '../../shared/ingest/read-record-of.ts';
import type { ReadRecord } from '../../shared/ingest/read-record.ts';
import { relevantActivities } from '../../shared/ingest/relevance.ts';
import {
  admin,
  alex,
  contoso,
  groupLicensing,
  licensedUsers,
  pseudoLicence,
} from '../builders/audit-event.ts';
import type { AuditEvent } from '../builders/audit-event.ts';
import {
  azureMonitorAudit,
  graphAudit,
  officeActivity,
  purviewRow,
  sentinelAudit,
  unifiedAudit,
} from '../builders/raw-audit.ts';

const dialects: readonly { name: string; format: Format; write: (event: Partial<AuditEvent>) => unknown }[] =
  [
    { name: 'Graph', format: 'graph', write: graphAudit },
    { name: 'Azure Monitor', format: 'azure-monitor', write: azureMonitorAudit },
    { name: 'Sentinel AuditLogs', format: 'sentinel', write: sentinelAudit },
    { name: 'Management Activity API', format: 'activity', write: unifiedAudit },
    { name: 'Purview', format: 'purview-csv', write: purviewRow },
    { name: 'Sentinel OfficeActivity', format: 'sentinel', write: officeActivity },
  ];

function read(format: Format, raw: unknown): ReadRecord {
  return readRecordOf(format, raw, contoso);
}

/** A record without what must differ between two logs. */
function withoutLog(result: ReadRecord): unknown {
  const content = result.kind === 'record' ? result.record : result;
  return { ...content, log: undefined, id: undefined };
}

const licences = fc.uniqueArray(fc.constantFrom('SPE_E3', 'SPE_E5', 'FLOW_FREE'));
const lists = fc.option(
  licences.map((names) => names.map((name) => pseudoLicence(name, ['TEAMS1']))),
  { nil: undefined },
);
const changes = fc.oneof(
  fc.record({ property: fc.constant('AssignedLicense'), before: lists, after: lists }),
  fc.record({ property: fc.constant('AccountEnabled'), before: fc.boolean(), after: fc.boolean() }),
  fc.constant({ property: 'LastDirSyncTime', after: '2026-02-03T09:15:00Z' }),
);

const events: fc.Arbitrary<Partial<AuditEvent>> = fc
  .record({
    // Cmdlets of Exchange stand in the unified log alone.
    activity: fc.constantFrom(...relevantActivities.filter(({ cmdlet }) => cmdlet === undefined)),
    seconds: fc.integer({ min: 0, max: 86_399 }),
    outcome: fc.constantFrom('success' as const, 'failure' as const),
    by: fc.constantFrom(admin, { ...admin, ip: '2001:db8::1' }, groupLicensing),
    changes: fc.uniqueArray(changes, { selector: ({ property }) => property }),
    optional: fc.record(
      { reason: fc.constant('The licence count is exceeded.'), userAgent: fc.constant('Mozilla/5.0') },
      { requiredKeys: [] },
    ),
  })
  .map(({ activity, seconds, optional, ...event }) => ({
    ...event,
    ...optional,
    activity: activity.prefix === true ? `${activity.name} to users` : activity.name,
    at: new Date(Date.UTC(2026, 1, 3) + seconds * 1_000).toISOString(),
    ...(activity.subject !== 'group' && { user: alex }),
    ...(activity.subject !== 'user' && { group: licensedUsers }),
  }));

describe('the same event in every dialect', () => {
  test('gives the same record but for log and id', () => {
    fc.assert(
      fc.property(events, (event) => {
        const [graph, ...others] = dialects.map(({ format, write }) =>
          withoutLog(read(format, write(event))),
        );
        for (const other of others) expect(other).toEqual(graph);
      }),
    );
  });

  test.each(dialects)(
    '$name is a record by the schema, and stays itself on its way through JSON',
    ({ format, write }) => {
      fc.assert(
        fc.property(events, (event) => {
          const result = read(format, write(event));
          if (result.kind !== 'record') return;
          expect(auditRecordSchema.parse(result.record)).toEqual(result.record);
          expect(JSON.parse(JSON.stringify(result.record))).toEqual(result.record);
        }),
      );
    },
  );

  test.each(dialects.filter(({ format }) => format !== 'purview-csv'))(
    '$name is recognised',
    ({ format, write }) => {
      fc.assert(
        fc.property(events, (event) => {
          expect(detectFormat(write(event))).toEqual({ kind: 'format', format });
        }),
      );
    },
  );

  test.each(relevantActivities.filter(({ sifted }) => sifted === undefined))(
    '"$name" is kept in every dialect',
    ({ name, subject }) => {
      const event = {
        activity: name,
        ...(subject !== 'group' && { user: alex }),
        ...(subject !== 'user' && { group: licensedUsers }),
      };
      for (const { format, write } of dialects) {
        expect(read(format, write(event))).toMatchObject({
          kind: 'record',
          record: { activity: name, tenantId: contoso },
        });
      }
    },
  );
});

describe('whatever comes in', () => {
  function isResult(result: ReadRecord): void {
    if (result.kind === 'record') expect(auditRecordSchema.parse(result.record)).toEqual(result.record);
    if (result.kind === 'unreadable') expect(result.reason).toMatch(/^[A-Za-z]+: /);
  }

  test.each(dialects)('$name never throws', ({ format }) => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (raw) => {
        isResult(read(format, raw));
      }),
    );
  });

  test.each(dialects)(
    '$name never throws on a record of which one value is something else',
    ({ format, write }) => {
      const mutated = fc
        .tuple(
          events,
          fc.nat(),
          fc.oneof(fc.anything(), fc.json(), fc.constantFrom(undefined, null, '', '[]', '{}', '<null>')),
        )
        .map(([event, place, value]) => replacedAt(write(event), place, value));
      fc.assert(
        fc.property(mutated, (raw) => {
          isResult(read(format, raw));
        }),
        { numRuns: 300 },
      );
    },
  );

  /** The value with one of its leaves or branches replaced, counted in the order of writing. */
  function replacedAt(root: unknown, place: number, replacement: unknown): unknown {
    let left = place % count(root);
    const walk = (value: unknown): unknown => {
      if (left-- === 0) return replacement;
      if (Array.isArray(value)) return value.map(walk);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
    };
    return walk(root);
  }
  function count(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 1;
    return Object.values(value).reduce<number>((sum, inner) => sum + count(inner), 1);
  }
});

test('no record speaks of a person without saying which', () => {
  fc.assert(
    fc.property(events, fc.constantFrom(...dialects), (event, { format, write }) => {
      const result = read(format, write(event));
      if (result.kind !== 'record') return;
      const { user, group } = result.record.target;
      expect(user ?? group).toBeDefined();
      if (user !== undefined) expect(user).toEqual({ id: alex.id, upn: alex.upn });
    }),
  );
});
