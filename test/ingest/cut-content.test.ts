import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutIn, entriesOf } from '../../shared/ingest/cut-content.ts';
import { detectCsv, detectFormat } from '../../shared/ingest/detect-format.ts';
import { readRecordOf, unpackedRecord } from '../../shared/ingest/read-record-of.ts';
import type { ReadRecord } from '../../shared/ingest/read-record.ts';
import { alex, contoso, licenceChange, licensedUsers } from '../builders/audit-event.ts';
import type { AuditEvent } from '../builders/audit-event.ts';
import { convertedToJson, customObjects, graphObjects } from '../builders/powershell.ts';
import { graphAudit, unifiedAudit } from '../builders/raw-audit.ts';

const removal = [licenceChange(['SPE_E3'], [])];
const events: readonly { name: string; event: Partial<AuditEvent> }[] = [
  { name: 'Change user license', event: { user: alex, changes: removal } },
  { name: 'Update user', event: { activity: 'Update user', user: alex, changes: removal } },
  {
    name: 'Add member to group',
    event: { activity: 'Add member to group', user: alex, group: licensedUsers },
  },
  {
    name: 'Set group license',
    event: { activity: 'Set group license', group: licensedUsers, changes: removal },
  },
];

/** As `replay` reads the first record of such a file: not recognised is refused, too. */
function readFirst(exported: unknown): ReadRecord {
  const [first] = Array.isArray(exported) ? (exported as unknown[]) : [exported];
  const record = unpackedRecord(first);
  const detected = detectFormat(record);
  return detected.kind === 'format'
    ? readRecordOf(detected.format, record, contoso)
    : { kind: 'unreadable', reason: detected.reason };
}

describe('what PowerShell cuts off is never read as nothing', () => {
  const dialects = [
    {
      dialect: 'Graph, with its classes',
      write: (event: Partial<AuditEvent>) => graphObjects(graphAudit(event)),
    },
    {
      dialect: 'Graph, as custom objects',
      write: (event: Partial<AuditEvent>) => customObjects(graphAudit(event)),
    },
    { dialect: 'the unified log', write: (event: Partial<AuditEvent>) => customObjects(unifiedAudit(event)) },
    {
      dialect: 'the audit search with AuditData parsed',
      write: (event: Partial<AuditEvent>) =>
        customObjects({ CreationDate: '2026-02-03', Operations: 'x', AuditData: unifiedAudit(event) }),
    },
    {
      dialect: 'Defender',
      write: (event: Partial<AuditEvent>) =>
        customObjects({ Timestamp: '2026-02-03', ActionType: 'x', RawEventData: unifiedAudit(event) }),
    },
  ];
  const depths = [0, 1, 2, 3, 4, 5, 6, 7];
  const whole = (write: (event: Partial<AuditEvent>) => unknown, event: Partial<AuditEvent>): ReadRecord =>
    readFirst([convertedToJson(write(event), 100)]);

  describe.each(dialects)('$dialect', ({ write }) => {
    test.each(events)('"$name" is read whole or told, at every depth, in a list and alone', ({ event }) => {
      const expected = whole(write, event);
      expect(expected.kind).toBe('record');
      const told: boolean[] = [];
      for (const depth of depths) {
        for (const exported of [
          convertedToJson([write(event)], depth),
          convertedToJson(write(event), depth),
        ]) {
          const read = readFirst(exported);
          told.push(read.kind === 'unreadable');
          if (read.kind === 'unreadable')
            expect(read.reason).toContain('export again with ConvertTo-Json -Depth 10');
          else expect(read).toEqual(expected);
        }
      }
      expect(told[0]).toBe(true);
      expect(told.at(-1)).toBe(false);
    });
  });

  test.each(events)('nor is "$name" in a table', ({ event }) => {
    const row = {
      ...graphAudit(event),
      initiatedBy: 'Microsoft.Graph.PowerShell.Models.MicrosoftGraphAuditActivityInitiator',
      targetResources: 'System.Object[]',
      additionalDetails: 'System.Object[]',
    };
    expect(detectCsv(Object.keys(row))).toEqual({ kind: 'format', format: 'graph' });
    expect(readRecordOf('graph', row)).toEqual({
      kind: 'unreadable',
      reason: expect.stringMatching(/^targetResources: cut off by PowerShell/),
    });
    const unified = {
      ...unifiedAudit(event),
      Actor: 'System.Object[]',
      ModifiedProperties: 'System.Object[]',
    };
    expect(detectCsv(Object.keys(unified))).toEqual({ kind: 'format', format: 'activity' });
    expect(readRecordOf('activity', unified)).toMatchObject({ kind: 'unreadable' });
  });
});

describe('who did it, where that is cut off', () => {
  const className = 'Microsoft.Graph.PowerShell.Models.MicrosoftGraphUserIdentity';
  test.each([className, { user: className, app: null }, { app: '@{displayName=x; appId=}' }])(
    'is not nobody: %j',
    (initiatedBy) => {
      expect(readFirst({ ...graphAudit({ user: alex, changes: removal }), initiatedBy })).toEqual({
        kind: 'unreadable',
        reason: expect.stringMatching(/^initiatedBy: cut off .*ConvertTo-Json -Depth 10$/),
      });
    },
  );

  test('in the unified log', () => {
    const Actor = '@{ID=a@contoso.com; Type=5} @{ID=User; Type=2}';
    expect(readFirst({ ...unifiedAudit({ user: alex }), Actor })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(/^Actor: cut off/),
    });
  });
});

describe('a list of licences that is cut off takes nothing away', () => {
  const lists = [
    'System.Object[]',
    ['System.Object[]'],
    '@{SkuId=x; DisabledPlans=System.Object[]} @{SkuId=y; DisabledPlans=}',
    '["[SkuName=SPE_E3, SkuId=05e9a617-0261-4cee-bb44-138d3ef5d965, DisabledPl',
    '[{"SkuId":"05e9a617-0261-4cee-bb44-138d3ef5d965"',
    '[SkuName=SPE_E3, SkuId=05e9a617-0261-4cee-bb44-138d3ef5d965, DisabledPlans=[A, B',
  ];
  test.each(lists)('%j', (after) => {
    const raw = graphAudit({ user: alex, changes: removal });
    const [target] = raw['targetResources'] as Record<string, unknown>[];
    const modifiedProperties = [{ displayName: 'AssignedLicense', oldValue: '[]', newValue: after }];
    expect(readFirst({ ...raw, targetResources: [{ ...target, modifiedProperties }] })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(/^AssignedLicense: .*cut off/),
    });
  });
});

describe('JSON in a cell that a spreadsheet cut off', () => {
  test.each(['ModifiedProperties', 'ExtendedProperties', 'Target', 'Actor'])('%s is told', (field) => {
    const raw = unifiedAudit({ activity: 'Update user', user: alex, changes: removal });
    const cut = JSON.stringify(raw[field]).slice(0, -5);
    expect(readFirst({ ...raw, [field]: cut })).toEqual({
      kind: 'unreadable',
      reason: `${field}: JSON that is cut off or damaged (spreadsheets cut off a cell after 32,767 characters)`,
    });
  });
});

describe('texts of objects', () => {
  test('are read where they are complete, whatever the values hold', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '=', ';', ' ', '@{', '}', '\r\n', '"', '[', 'é') });
    fc.assert(
      fc.property(value, value, (before, after) => {
        const text = `@{Name=AssignedLicense; NewValue=${after}; OldValue=${before}}`;
        expect(entriesOf([text])).toEqual([{ Name: 'AssignedLicense', NewValue: after, OldValue: before }]);
        expect(cutIn([text])).toBeUndefined();
      }),
    );
  });

  test('are not read where somebody is called what looks like a field, nor where there are several', () => {
    for (const text of [
      '@{Name=DisplayName; NewValue=x; OldValue=y; OldValue=z}',
      '@{Name=DisplayName; NewValue=x; OldValue=} @{Name=AssignedLicense; NewValue=[]; OldValue=[]}',
      '@{Name=DisplayName; NewValue=x}',
      '@{Name=DisplayName; NewValue=x; OldValue=',
    ]) {
      expect(cutIn([text])).toMatch(/cut off/);
      expect(cutIn(text)).toMatch(/cut off/);
    }
  });

  test('plain names in lists of Exchange are none (FACTS 6.5.14)', () => {
    expect(cutIn(['MailboxType', 'Name'])).toBeUndefined();
  });

  test('a list with its count, as Windows PowerShell may write it, is the list', () => {
    const raw = unifiedAudit({ user: alex, changes: removal });
    const list = raw['ModifiedProperties'] as unknown[];
    expect(readFirst({ ...raw, ModifiedProperties: { value: list, Count: list.length } })).toEqual(
      readFirst(raw),
    );
  });
});

test('nothing makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      entriesOf(value);
      cutIn(value);
    }),
  );
});

test('a record of no interest may be cut off', () => {
  expect(
    readFirst({ ...unifiedAudit({ activity: 'Add device' }), ModifiedProperties: 'System.Object[]' }),
  ).toMatchObject({
    kind: 'ignored',
    activity: 'Add device',
  });
});
