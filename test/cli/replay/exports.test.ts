import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { alex, contoso, groupLicensing, licenceChange, licensedUsers } from '../../builders/audit-event.ts';
import type { AuditEvent } from '../../builders/audit-event.ts';
import { convertedToJson, customObjects, graphObjects } from '../../builders/powershell.ts';
import {
  azureMonitorAudit,
  graphAudit,
  officeActivity,
  purviewRow,
  sentinelAudit,
  unifiedAudit,
} from '../../builders/raw-audit.ts';
import { file, gracewatch, replayJson } from '../replayed-files.ts';

/** Files that people made of one removal: Office 365 E3, from joerg@contoso.com, by admin@contoso.com. */
const exported = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/exports/${name}`, import.meta.url));

const theRemoval = {
  code: 0,
  files: [{ records: 1, duplicates: 0, unreadable: [] }],
  ignored: {},
  subjects: [
    {
      name: 'joerg@contoso.com',
      facts: [
        {
          kind: 'licences-changed',
          before: [{ partNumber: 'ENTERPRISEPACK', name: 'Office 365 E3' }],
          after: [],
        },
      ],
      causes: [{ kind: 'removed-directly', confidence: 'certain', actor: { name: 'admin@contoso.com' } }],
    },
  ],
  alerts: [{ rule: 'licence/licence-lost', severity: 'high', status: 'open' }],
};

const removal = (overrides: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
  user: alex,
  activity: 'Update user',
  changes: [licenceChange(['SPE_E3'], [])],
  ...overrides,
});
const noise = (overrides: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
  id: 'noise',
  activity: 'Consent to application',
  ...overrides,
});
const lines = (...records: unknown[]): string => records.map((record) => JSON.stringify(record)).join('\n');
function table(rows: readonly Record<string, unknown>[], delimiter = ',', quoted = true): string {
  const cell = (value: unknown): string => {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
    return quoted || /["\s]/.test(text) || text.includes(delimiter)
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  };
  return [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]
    .map((row) => `${row.map(cell).join(delimiter)}\r\n`)
    .join('');
}
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');

describe('what people export is read', () => {
  test.each([
    ['json-unified-depth2.json', 'activity'],
    ['csv-semicolon-all-quoted.csv', 'purview-csv'],
    ['csv-one-column-auditdata.csv', 'purview-csv'],
    ['json-graph-german-date.json', 'graph'],
    ['defender-cloudappevents.json', 'activity'],
  ])('%s', async (name, format) => {
    const document = await replayJson(exported(name));
    expect(document).toMatchObject(theRemoval);
    expect(document.files).toMatchObject([{ format }]);
    expect(document.subjects[0]?.facts[0]?.at.slice(0, 19)).toBe('2026-02-10T10:11:12');
  });

  test('both logs in one file, whichever begins', async () => {
    const document = await replayJson(exported('mixed-entra-and-unified.jsonl'));
    const read = {
      code: 0,
      files: [{ records: 2, unreadable: [] }],
      subjects: [
        { name: 'eva@contoso.com', facts: [{ logs: ['unified'] }], causes: [{ kind: 'removed-directly' }] },
        { name: 'joerg@contoso.com', facts: [{ logs: ['entra'] }], causes: [{ kind: 'removed-directly' }] },
      ],
      alerts: [{ subject: { name: 'eva@contoso.com' } }, { subject: { name: 'joerg@contoso.com' } }],
    };
    expect(document).toMatchObject(read);
    const text = readFileSync(exported('mixed-entra-and-unified.jsonl'), 'utf8');
    expect(await replayJson(file(text.trimEnd().split('\n').toReversed().join('\n')))).toMatchObject(read);
  });

  test('both logs in one file: who names no tenant is of the tenant that the others name', async () => {
    const graph = graphAudit(removal({ user: { id: 'b', upn: 'ben@contoso.com' } }));
    for (const records of [
      [graph, unifiedAudit(removal())],
      [unifiedAudit(removal()), graph],
    ]) {
      const { code, subjects } = await replayJson(file(records));
      expect(code).toBe(0);
      expect(subjects.map(({ tenantId, name }) => [tenantId, name])).toEqual([
        [contoso, alex.upn],
        [contoso, 'ben@contoso.com'],
      ]);
    }
  });

  const unified = unifiedAudit(removal());
  const text = JSON.stringify(unified);
  const row = purviewRow(removal());
  const defender = {
    Timestamp: '2026-02-03T09:15:00Z',
    ActionType: 'Update user.',
    Application: 'Office 365',
  };
  const sentinel = sentinelAudit(removal());
  test.each<[string, string | Buffer]>([
    ['a list of AuditData', JSON.stringify([text])],
    ['lines of AuditData, each as a text', lines(text)],
    [
      'lines that Get-Content gave ConvertTo-Json',
      JSON.stringify([{ value: text, PSPath: 'C:\\x', ReadCount: 1 }]),
    ],
    [
      'the audit search as JSON, AuditData parsed',
      JSON.stringify([{ CreationDate: 'x', AuditData: unified }]),
    ],
    ['the audit search with tabs', table([row], '\t')],
    ['the audit search with tabs, in UTF-16 as Windows PowerShell writes it', utf16(table([row], '\t'))],
    ['the audit search with tabs and a mark', `\uFEFF${table([row], '\t')}`],
    [
      'the audit search with semicolons and no quotes where none are needed',
      table([{ ...row, Cost: '1,5' }], ';', false),
    ],
    ['the audit search with what Excel wants before it', `sep=;\r\n${table([row], ';')}`],
    ['one column, in UTF-16', utf16(table([{ AuditData: text }]))],
    ['JSON in UTF-16 as Windows PowerShell writes it', utf16(JSON.stringify([unified], null, 4))],
    ['JSON in UTF-16 without a mark', Buffer.from(JSON.stringify([unified]), 'utf16le')],
    ['Defender, RawEventData as text', JSON.stringify([{ ...defender, RawEventData: text }])],
    ['Defender as a table', table([{ ...defender, RawEventData: text }])],
    [
      'Defender in the frame in which it is streamed',
      lines({
        time: 'x',
        category: 'AdvancedHunting-CloudAppEvents',
        operationName: 'Publish',
        properties: { ...defender, RawEventData: unified },
      }),
    ],
    [
      "Defender's table in Sentinel",
      lines({ TimeGenerated: '2026-02-03T09:15:00Z', ...defender, RawEventData: text }),
    ],
    ['AuditData parsed and written as a table, its lists as JSON', table([unified])],
    ['Graph as a table, its lists as JSON', table([graphAudit(removal())], ';')],
    ['a Sentinel table with tabs', table([sentinel], '\t')],
    [
      'two exports of JSON behind one another, with their marks',
      `\uFEFF${JSON.stringify([unifiedAudit(noise())], null, 2)}\r\n\uFEFF${JSON.stringify([unified], null, 2)}`,
    ],
  ])('%s', async (_, content) => {
    const document = await replayJson(file(content));
    expect(document).toMatchObject({
      code: 0,
      files: [{ duplicates: 0, unreadable: [] }],
      subjects: [
        {
          name: alex.upn,
          facts: [{ kind: 'licences-changed', after: [] }],
          causes: [{ kind: 'removed-directly' }],
        },
      ],
      alerts: [{ rule: 'licence/licence-lost', status: 'open' }],
    });
  });

  test('tables behind one another, each with its header', async () => {
    const again = table([purviewRow(removal())]);
    const other = table([purviewRow(noise())], ';');
    const sentinelTable = table([
      sentinelAudit(removal({ at: '2026-02-04T09:15:00.000Z', user: { id: 'b', upn: 'ben@contoso.com' } })),
    ]);
    const document = await replayJson(file(`\uFEFF${again}${again}\uFEFF${other}${sentinelTable}`));
    expect(document).toMatchObject({
      code: 0,
      files: [{ format: 'purview-csv', records: 4, duplicates: 1, unreadable: [] }],
      alerts: [{ subject: { name: 'ben@contoso.com' } }, { subject: { name: alex.upn } }],
    });
  });
});

describe('what was cut off is told, with the cure', () => {
  const cure = /cut off .*ConvertTo-Json -Depth 10/;

  test.each(['json-graph-depth3.json', 'json-graph-update-user-depth4.json'])('%s', async (name) => {
    const told = {
      code: 3,
      files: [
        { format: 'graph', records: 0, unreadable: [{ position: 1, reason: expect.stringMatching(cure) }] },
      ],
      ignored: {},
      subjects: [],
      alerts: [],
    };
    expect(await replayJson(exported(name))).toMatchObject(told);
  });

  const activities = ['Change user license', 'Update user'];
  const cases = activities.flatMap((activity) => [0, 1, 2, 3, 4, 5, 6].map((depth) => ({ activity, depth })));
  test.each(cases)(
    '"$activity" at depth $depth, in both logs: read, or told',
    async ({ activity, depth }) => {
      for (const record of [
        graphObjects(graphAudit(removal({ activity }))),
        customObjects(unifiedAudit(removal({ activity }))),
      ]) {
        const { code, files, subjects, ignored, err } = await replayJson(
          file(JSON.stringify(convertedToJson([record], depth))),
        );
        expect(ignored).toEqual({});
        const told = `${err}${files.flatMap(({ unreadable }) => unreadable.map(({ reason }) => reason)).join()}`;
        if (code === 0)
          expect(subjects).toMatchObject([
            { facts: [{ after: [] }], causes: [{ kind: 'removed-directly' }] },
          ]);
        else expect(told).toMatch(cure);
        // Of a list of class names alone no log can be recognised.
        expect(code).toBe(subjects.length > 0 ? 0 : depth === 0 ? 2 : 3);
      }
    },
  );

  test('pages of Graph of which nothing is left', async () => {
    const page = { value: 'System.Collections.Hashtable System.Collections.Hashtable' };
    const { code, err } = await replayJson(file(page));
    expect(code).toBe(2);
    expect(err).toMatch(cure);
  });

  test('one text of a list of AuditData, and the others are read', async () => {
    const texts = [unifiedAudit(removal()), unifiedAudit(noise())].map((record) => JSON.stringify(record));
    const document = await replayJson(
      file(JSON.stringify([texts[0], texts[1]?.slice(0, 200), '@{Id=x; Operation=Update user.}'])),
    );
    expect(document).toMatchObject({
      code: 3,
      files: [
        {
          records: 1,
          unreadable: [{ position: 2, reason: /^record: JSON that is cut off/ }, { position: 3 }].map(
            ({ position }) => ({ position }),
          ),
        },
      ],
      alerts: [{}],
    });
  });
});

describe('dates by the country of the machine', () => {
  const dated = (activityDateTime: string, activity = 'Change user license') => ({
    ...graphAudit(removal({ activity, id: activity })),
    activityDateTime,
  });

  test('that could mean either are refused with their format', async () => {
    const document = await replayJson(file([dated('2/10/2026 10:11:12 AM'), dated('13/02/2026 10:11:12')]));
    expect(document).toMatchObject({
      code: 3,
      files: [
        {
          records: 1,
          unreadable: [
            { position: 1, reason: expect.stringMatching(/day\/month\/year or month\/day\/year/) },
          ],
        },
      ],
      subjects: [{ facts: [{ at: '2026-02-13T10:11:12.000Z' }] }],
    });
  });

  test('or no date at all do not matter where the record is of no interest', async () => {
    const document = await replayJson(
      file([
        dated('2/10/2026 10:11', 'Consent to application'),
        { ...dated('yesterday', 'Update user'), targetResources: [] },
        dated('10.02.2026 10:11:12'),
      ]),
    );
    expect(document).toMatchObject({
      code: 0,
      files: [{ records: 3, unreadable: [] }],
      ignored: { 'Consent to application': 1, 'Update user': 1 },
      alerts: [{}],
    });
  });
});

describe('rows of Sentinel without their ids', () => {
  const withoutIds = (row: Record<string, unknown>) => {
    const { Id: _, OfficeId: __, ...rest } = row;
    return rest;
  };
  const other = removal({ at: '2026-02-03T09:15:01.000Z', user: { id: 'b', upn: 'ben@contoso.com' } });

  test.each([
    ['AuditLogs', sentinelAudit],
    ['OfficeActivity', officeActivity],
  ])('of %s are read, and are one where they are the same', async (_, write) => {
    const rows = [removal(), other].map((event) => withoutIds(write(event)));
    const csv = file(table(rows));
    const json = file(lines(...rows));
    const document = await replayJson(csv, json);
    expect(document).toMatchObject({
      code: 0,
      files: [
        { records: 2, duplicates: 0, unreadable: [] },
        { records: 2, duplicates: 2, unreadable: [] },
      ],
    });
    expect(document.alerts).toHaveLength(2);
    const again = await replayJson(json);
    expect(again.subjects.map(({ facts }) => facts.map(({ records }) => records))).toEqual(
      document.subjects.map(({ facts }) => facts.map(({ records }) => records)),
    );
  });

  test.each([
    ['TargetResources', sentinelAudit],
    ['ModifiedProperties', officeActivity],
  ])('without %s tell nothing, and that is told', async (column, write) => {
    const { [column]: _, ...row } = write(removal());
    const document = await replayJson(file(table([row])));
    expect(document).toMatchObject({ code: 3, files: [{ records: 0 }], ignored: {} });
    expect(document.files[0]?.unreadable[0]?.reason).toMatch(new RegExp(`^${column}: missing.*export`, 'i'));
  });
});

describe('files of which nothing is read', () => {
  test.each([
    ['a header alone', 'RecordId,CreationDate,AuditData\r\n', 'holds no records'],
    ['one column and no row', '\uFEFF"AuditData"\r\n', 'holds no records'],
    ['headers that are repeated', 'Id,AuditData\nId,AuditData\n', 'holds no records'],
    ['nothing', '', 'is empty'],
    ['an empty list', '[]', 'holds no records'],
    [
      'the audit search without what was changed',
      'CreationDate,UserIds,Operations\n1,2,3\n',
      'without its column AuditData',
    ],
    [
      'Defender without what was changed',
      JSON.stringify([{ Timestamp: 'x', ActionType: 'Update user.' }]),
      'RawEventData',
    ],
    ['Defender as a table without what was changed', 'Timestamp,ActionType\n1,2\n', 'RawEventData'],
    [
      'directory audits without their targets',
      'ActivityDateTime,ActivityDisplayName\n1,2\n',
      'TargetResources',
    ],
    ['the unified log without what was changed', 'CreationTime,Operation\n1,2\n', 'ModifiedProperties'],
  ])('%s', async (_, content, reason) => {
    const { code, out, err } = await gracewatch(['replay', '--tenant', contoso, file(content)]);
    expect(code).toBe(2);
    expect(err).toContain(reason);
    expect(out).not.toContain('No licence event');
  });
});

describe('what an administrator reads', () => {
  const ofPeople = async (...args: string[]): Promise<string> =>
    (await gracewatch(['replay', ...args])).out.replace(/\s+/g, ' ');
  const cutRecord = (id: string) => ({
    ...unifiedAudit(removal({ id })),
    ModifiedProperties: 'System.Object[]',
  });

  test('where all was read: how much, and until when', async () => {
    const out = await ofPeople(file([unifiedAudit(noise()), unifiedAudit(noise({ id: 'n2' }))]));
    expect(out).toContain('No licence event in these logs: 2 records, the newest of 3 Feb 2026, 09:15 UTC.');
    expect(out).not.toContain('WAS READ');
  });

  test('where nothing was read: that nothing is known', async () => {
    for (const args of [[], ['--user', alex.upn]]) {
      const out = await ofPeople(file([cutRecord('1'), cutRecord('2')]), ...args);
      expect(out).toMatch(
        /^NOTHING WAS READ: 2 records could not be read \(why stands at the end\)\. Whether there was a licence event cannot be said\./,
      );
      expect(out).toContain('2 records (1, 2): ModifiedProperties: cut off by PowerShell');
      expect(out).toContain('ConvertTo-Json -Depth 10');
      expect(out).not.toContain('No licence event');
      expect(out).not.toContain('1970');
    }
  });

  test('where some was read: that first, and nothing of all logs', async () => {
    const path = file([cutRecord('1'), unifiedAudit(noise())]);
    const out = await ofPeople(path, '/nowhere/export.json');
    expect(out).toMatch(
      /^NOT ALL WAS READ: 1 record could not be read .* and 1 file could not be read at all\. What they tell is missing/,
    );
    expect(out).toContain('No licence event in what could be read: 1 record, the newest of 3 Feb 2026');
    expect(out).toContain('Read 1 of 2 files: 1 record');
    expect(await ofPeople(path, '--user', alex.upn)).toContain(
      `No licence event in what could be read names ${alex.upn}`,
    );
  });
});

test('a log of which something could not be read proves of no record that it is missing', async () => {
  const taken = removal({ by: groupLicensing });
  const around = ['2026-02-01T00:00:00.000Z', '2026-02-05T00:00:00.000Z'].map((at) => noise({ at, id: at }));
  const both = (more: unknown[]): string[] => [
    file([...around.map(azureMonitorAudit), azureMonitorAudit(taken), ...more]),
    file(around.map(unifiedAudit)),
  ];
  const causesOf = async (more: unknown[]): Promise<unknown[]> =>
    (await replayJson(...both(more))).subjects.flatMap(({ causes }) => causes.map(({ kind }) => kind));
  expect(await causesOf([])).toEqual(['not-logged']);
  const left = azureMonitorAudit(
    removal({ activity: 'Remove member from group', group: licensedUsers, id: 'left' }),
  );
  expect(
    await causesOf([
      { ...left, properties: { ...(left['properties'] as object), targetResources: 'System.Object[]' } },
    ]),
  ).toEqual(['pending']);
});
