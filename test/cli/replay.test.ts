import { describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { ReplayDocument } from '../../cli/replay/document.ts';
import {
  admin,
  alex,
  contoso,
  groupLicensing,
  licenceChange,
  licensedUsers,
} from '../builders/audit-event.ts';
import type { AuditEvent } from '../builders/audit-event.ts';
import {
  azureMonitorAudit,
  graphAudit,
  purviewRow,
  sentinelAudit,
  unifiedAudit,
} from '../builders/raw-audit.ts';
import { file, gracewatch, replayJson } from './replayed-files.ts';

const fabrikam = 'fab00000-0000-4000-8000-00000000fab0';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const examples = ['contoso-entra-audit.json', 'contoso-unified-audit.csv'].map((name) =>
  fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)),
);

let serial = 0;
function event(overrides: Partial<AuditEvent> = {}): Partial<AuditEvent> {
  serial += 1;
  const correlationId = `c0000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
  return { id: `Directory_${correlationId}_${serial}`, correlationId, user: alex, ...overrides };
}
const removal = (overrides: Partial<AuditEvent> = {}): Partial<AuditEvent> =>
  event({ changes: [licenceChange(['SPE_E3'], [])], ...overrides });
const failure = (overrides: Partial<AuditEvent> = {}): Partial<AuditEvent> =>
  event({
    outcome: 'failure',
    reason: 'CountViolation',
    changes: [licenceChange([], ['SPE_E3'])],
    ...overrides,
  });
const noise = (overrides: Partial<AuditEvent> = {}): Partial<AuditEvent> =>
  event({ activity: 'Consent to application', ...overrides });
const lines = (...records: unknown[]): string => records.map((record) => JSON.stringify(record)).join('\n');
function csv(...rows: Record<string, string>[]): string {
  const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]
    .map((row) => row.map(cell).join(','))
    .join('\r\n');
}

describe('every format is recognised by its content and tells the same', () => {
  const formats = {
    'azure-monitor-audit-logs.jsonl': 'azure-monitor',
    'graph-directory-audits.json': 'graph',
    'management-activity.json': 'activity',
    'purview-audit-search.csv': 'purview-csv',
    'sentinel-audit-logs.csv': 'sentinel',
    'sentinel-office-activity.jsonl': 'sentinel',
  };

  test.each(Object.entries(formats))('%s is %s', async (name, format) => {
    const document = await replayJson('--tenant', contoso, `${fixtures}${name}`);
    expect(document.code).toBe(0);
    expect(document.files).toEqual([
      { name: `${fixtures}${name}`, format, records: 18, duplicates: 0, unreadable: [] },
    ]);
    expect(document.ignored).toEqual({ 'Add member to role': 1, 'Update user': 1 });
    expect(new Set(document.subjects.flatMap(({ facts }) => facts.map(({ kind }) => kind)))).toEqual(
      new Set([
        'licences-changed',
        'licence-assignment-failed',
        'group-membership-changed',
        'group-licences-changed',
        'group-deleted',
        'group-licensing-finished',
        'user-created',
        'user-deleted',
        'user-restored',
        'account-disabled',
        'account-enabled',
      ]),
    );
    expect(document.subjects.map(({ name: subject, kind }) => [kind, subject])).toEqual([
      ['user', 'alex@contoso.com'],
      ['user', 'sam@contoso.com'],
      ['group', 'Licensed users'],
    ]);
    expect(document.alerts.map(({ rule, subject, status }) => [rule, subject.name, status])).toEqual([
      ['licence/licence-assignment-failed', 'sam@contoso.com', 'resolved'],
      ['licence/licence-lost', 'sam@contoso.com', 'resolved'],
      ['licence/licence-lost', 'alex@contoso.com', 'open'],
    ]);
  });

  test('all fixtures together are one story of one tenant, told by both logs', async () => {
    const names = Object.keys(formats).map((name) => `${fixtures}${name}`);
    const document = await replayJson(...names);
    expect(document.subjects).toHaveLength(3);
    expect(new Set(document.subjects.map(({ tenantId }) => tenantId))).toEqual(new Set([contoso]));
    expect(document.alerts).toHaveLength(3);
  });

  test('packed, in UTF-16 with a byte order mark, from standard input', async () => {
    const text = JSON.stringify({ value: [graphAudit(removal()), graphAudit(noise())] });
    const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
    const read = { format: 'graph', records: 2, duplicates: 0, unreadable: [] };
    for (const bytes of [gzipSync(text), Buffer.from(`\uFEFF${text}`), utf16, gzipSync(utf16)]) {
      expect((await replayJson(file(bytes))).files).toMatchObject([read]);
      const { out } = await gracewatch(['replay', '--json', '-'], bytes);
      expect(JSON.parse(out)).toMatchObject({ files: [{ name: '-', ...read }], subjects: [{ id: alex.id }] });
    }
  });
});

describe('the stories of the examples', () => {
  test('why a licence never came, who took one away, and what is no loss', async () => {
    const { code, subjects, alerts } = await replayJson(...examples);
    expect(code).toBe(0);
    const told = new Map(
      subjects.map(({ name, causes }) => [
        name?.replace('@contoso.com', ''),
        causes.map(({ kind, actor, group }) => [kind, actor?.name, group?.name]),
      ]),
    );
    expect(Object.fromEntries(told)).toEqual({
      adele: [['assignment-failed', 'admin@contoso.com', undefined]],
      ben: [['assignment-failed', 'admin@contoso.com', undefined]],
      carla: [],
      diego: [['removed-directly', 'helpdesk@contoso.com', undefined]],
      eva: [['removed-from-group', 'Contoso HR Sync', 'Sales_M365_E3']],
      farid: [['group-licence-edited', 'admin@contoso.com', 'Labs_O365_E3_Base']],
      gwen: [['group-licence-edited', 'admin@contoso.com', 'Labs_O365_E3_Base']],
      hana: [['moved-between-licences', 'admin@contoso.com', undefined]],
      ivan: [['removed-directly', 'helpdesk@contoso.com', undefined]],
      Labs_O365_E3_Base: [],
      Sales_M365_E3: [],
    });
    expect(
      alerts.map(({ subject, severity, status }) => [
        subject.name.replace('@contoso.com', ''),
        severity,
        status,
      ]),
    ).toEqual([
      ['ivan', 'low', 'resolved'],
      ['gwen', 'medium', 'open'],
      ['farid', 'medium', 'open'],
      ['eva', 'high', 'open'],
      ['diego', 'high', 'open'],
      ['carla', 'high', 'resolved'],
      ['ben', 'high', 'open'],
      ['adele', 'high', 'open'],
    ]);
  });

  test('for people', async () => {
    const { out } = await gracewatch(['replay', ...examples]);
    expect(out).toContain('Assignment of Office 365 E3 FAILED, by admin@contoso.com using');
    expect(out).toContain(
      'Why:   Nothing was removed: the assignment of Office 365 E3 failed on 3 February 2026',
    );
    expect(out).toContain('8 alerts would have been raised, 6 of them still open; newest first:');
    expect(out).toContain('Read 2 files: 44 records, 19 Jan 2026, 07:02 UTC to 18 Feb 2026, 06:00 UTC');
    expect(out.replace(/\s+/g, ' ')).toContain(
      'judged as of 20 Feb 2026, 06:00 UTC (two days after the newest record',
    );
  });

  test('one user alone: what to do, and why other rules stayed silent', async () => {
    const { out } = await gracewatch([
      'replay',
      ...examples,
      '--user',
      'Adele@Contoso.com',
      '--time-zone',
      'Europe/Berlin',
    ]);
    expect(out).toMatch(/^adele@contoso\.com\n {2}3 Feb 2026, 10:15 CET/);
    expect(out).toContain('Set-MgUserLicense -UserId');
    expect(out).toContain('Silent: licence/licence-lost: ');
    expect(out).not.toContain('ben@contoso.com');
  });
});

describe('what a document of --json says', () => {
  test('its members and their shapes', async () => {
    const document = await replayJson(file([azureMonitorAudit(removal({ at: '2026-02-03T09:15:00.000Z' }))]));
    expect(document).toMatchObject({
      files: [{ format: 'azure-monitor', records: 1, duplicates: 0, unreadable: [] }],
      ignored: {},
      subjects: [
        {
          tenantId: contoso,
          id: alex.id,
          name: alex.upn,
          kind: 'user',
          facts: [
            {
              kind: 'licences-changed',
              at: '2026-02-03T09:15:00.000Z',
              logs: ['entra'],
              actor: { kind: 'user', id: admin.id, name: admin.upn, ip: admin.ip },
              before: [{ partNumber: 'SPE_E3', name: 'Microsoft 365 E3', disabledPlans: [] }],
              after: [],
              complete: true,
            },
          ],
          causes: [{ kind: 'removed-directly', confidence: 'certain', actor: { name: admin.upn } }],
        },
      ],
      alerts: [
        {
          rule: 'licence/licence-lost',
          status: 'open',
          episode: 1,
          happenedAt: '2026-02-03T09:15:00.000Z',
          openedAt: '2026-02-03T09:15:00.000Z',
          updatedAt: '2026-02-03T09:15:00.000Z',
          notices: [],
        },
      ],
    });
    expect(document.alerts[0]).not.toHaveProperty('basis');
    expect(document.subjects[0]).not.toHaveProperty('silent');
  });

  test('it is the same whatever the order of the files', async () => {
    const files = [
      file([
        azureMonitorAudit(removal()),
        azureMonitorAudit(failure({ user: { id: fabrikam, upn: 'kim@contoso.com' } })),
      ]),
      file(lines(...[removal(), noise()].map(unifiedAudit))),
      file({ value: [graphAudit(failure())] }),
    ];
    const forth = await replayJson(...files);
    const back = await replayJson(...files.toReversed());
    expect({ ...back, files: back.files.toReversed() }).toEqual(forth);
  });
});

describe('records that come twice are one', () => {
  test('within a file, across files, and across formats of one log', async () => {
    const [lost, other] = [removal(), noise()];
    const document = await replayJson(
      file(lines(azureMonitorAudit(lost), azureMonitorAudit(other), azureMonitorAudit(lost))),
      file({ value: [graphAudit(other), graphAudit(lost)] }),
      file(lines(sentinelAudit(lost))),
    );
    expect(document.files.map(({ records, duplicates }) => [records, duplicates])).toEqual([
      [3, 1],
      [2, 2],
      [1, 1],
    ]);
    expect(document.ignored).toEqual({ 'Consent to application': 1 });
    expect(document.subjects[0]?.facts).toHaveLength(1);
  });

  test('but not where another tenant has the same id', async () => {
    const lost = removal();
    const document = await replayJson(
      file(lines(azureMonitorAudit(lost), azureMonitorAudit({ ...lost, tenantId: fabrikam }))),
    );
    expect(document.files[0]).toMatchObject({ records: 2, duplicates: 0 });
    expect(document.subjects.map(({ tenantId }) => tenantId)).toEqual([contoso, fabrikam].sort());
  });
});

describe('the tenant of records that name none', () => {
  const graph = (): string => file({ value: [graphAudit(removal())] });
  const named = (tenantId: string): string => file([unifiedAudit(noise({ tenantId }))]);
  const tenantsOf = async (...args: string[]): Promise<string[]> => {
    const { subjects } = await replayJson(...args);
    return subjects.map(({ tenantId }) => tenantId);
  };

  test('is the only one of the other files, in whatever order they stand', async () => {
    expect(await tenantsOf(graph(), named(contoso))).toEqual([contoso]);
    expect(await tenantsOf(named(contoso), graph(), '--tenant', fabrikam)).toEqual([contoso]);
  });

  test('else the one that is given', async () => {
    expect(await tenantsOf(graph(), '--tenant', fabrikam.toUpperCase())).toEqual([fabrikam]);
    expect(
      await tenantsOf(
        named(contoso),
        named('0ther000-0000-4000-8000-000000000000'),
        graph(),
        '--tenant',
        fabrikam,
      ),
    ).toEqual([fabrikam]);
  });

  test('else unknown', async () => {
    expect(await tenantsOf(graph())).toEqual(['unknown']);
  });

  test('also where they come on standard input, before a file that names it', async () => {
    const { out } = await gracewatch(['replay', '--json', '-', named(contoso)], lines(graphAudit(removal())));
    expect(JSON.parse(out)).toMatchObject({
      files: [{ name: '-', records: 1 }, { records: 1 }],
      subjects: [{ tenantId: contoso }],
    });
  });
});

describe('a file in which only some records name their tenant', () => {
  const named = (tenantId: string): unknown => unifiedAudit(noise({ tenantId }));
  const unnamed = (): unknown => ({ ...unifiedAudit(removal()), OrganizationId: undefined });
  const tenantsOf = async (...args: string[]): Promise<string[]> => {
    const { subjects } = await replayJson(...args);
    return subjects.map(({ tenantId }) => tenantId);
  };

  test('is of that tenant whole, whatever the order of its records', async () => {
    const [first, second] = [named(contoso), unnamed()];
    for (const text of [lines(first, second), lines(second, first)]) {
      expect(await tenantsOf(file(text), '--tenant', fabrikam)).toEqual([contoso]);
      expect(await tenantsOf(file(lines(named(fabrikam))), file(text))).toEqual([contoso]);
      const { out } = await gracewatch(['replay', '--json', '-'], text);
      expect(JSON.parse(out)).toMatchObject({ files: [{ records: 2 }], subjects: [{ tenantId: contoso }] });
    }
  });

  test('leaves open whose they are where it names two', async () => {
    const records = [named(contoso), named(fabrikam), unnamed()];
    for (const text of [lines(...records), lines(...records.toReversed())]) {
      expect(await tenantsOf(file(text))).toEqual(['unknown']);
      expect(await tenantsOf(file(text), '--tenant', fabrikam)).toEqual([fabrikam]);
    }
  });

  test('tells the tenant of a file of Graph, and shares records with others', async () => {
    const lost = removal();
    const row = { ...sentinelAudit(lost), AADTenantId: '', ResourceId: '' };
    const { files, subjects } = await replayJson(
      file(lines(row, sentinelAudit(noise()))),
      file({ value: [graphAudit(lost)] }),
    );
    expect(subjects).toMatchObject([{ tenantId: contoso, facts: [{}] }]);
    expect(files.map(({ duplicates }) => duplicates)).toEqual([0, 1]);
  });
});

describe('a UPN that two users have had, one after the other', () => {
  const first = { id: 'a1e00000-0000-4000-8000-000000000001', upn: alex.upn };
  const second = { id: 'a1e00000-0000-4000-8000-000000000002', upn: alex.upn };
  const path = (): string =>
    file(
      lines(
        ...[
          removal({ user: first, at: '2026-02-03T09:15:00.000Z' }),
          event({ activity: 'Delete user', user: first, at: '2026-02-03T10:00:00.000Z' }),
          event({ activity: 'Add user', user: second, at: '2026-02-05T08:00:00.000Z' }),
        ].map(azureMonitorAudit),
      ),
    );

  test('asks about both, and who lost the licence is told', async () => {
    const { subjects } = await replayJson(path(), '--user', alex.upn.toUpperCase());
    expect(subjects.map(({ id, causes }) => [id, causes.map(({ kind }) => kind)])).toEqual([
      [first.id, ['removed-directly']],
      [second.id, [expect.any(String)]],
    ]);
  });

  test('while the object id asks about one', async () => {
    const { subjects } = await replayJson(path(), '--user', second.id);
    expect(subjects.map(({ id, facts }) => [id, facts.map(({ kind }) => kind)])).toEqual([
      [second.id, ['user-created']],
    ]);
  });
});

describe('every record is accounted for', () => {
  const user = (number: number) => ({
    id: `${fabrikam.slice(0, -4)}${number + 1000}`,
    upn: `u${number}@contoso.com`,
  });
  const ofGroup = (activity: string): Partial<AuditEvent> => {
    const about = event({ activity, group: licensedUsers });
    delete about.user;
    return about;
  };
  const records = (): Partial<AuditEvent>[] => [
    removal(),
    removal({ user: user(1), changes: [licenceChange(['SPE_E3'], ['SPE_E3'])] }),
    ofGroup('Start applying group based license to users'),
    ofGroup('Trigger group license recalculation'),
    event({ activity: 'Add member to group', user: user(2), group: licensedUsers }),
    noise(),
  ];

  test.each([[[]], [['--user', alex.upn]], [['--now', '2020-01-01T00:00:00Z']]])(
    'as duplicate, as ignored, or in a fact (%j)',
    async (args) => {
      const all = records();
      const path = file(lines(...[...all, ...all.slice(1, 2)].map(azureMonitorAudit)));
      const { files, ignored } = await replayJson(path, ...args);
      const { subjects } = await replayJson(
        path,
        ...args.filter((arg) => arg !== '--user' && arg !== alex.upn),
      );
      const told = new Set(subjects.flatMap(({ facts }) => facts.flatMap((fact) => fact.records)));
      const sum = Object.values(ignored).reduce((total, count) => total + count, 0);
      expect(files).toMatchObject([{ records: 7, duplicates: 1 }]);
      expect(sum + told.size).toBe(6);
      expect(ignored).toMatchObject({
        'Trigger group license recalculation': 1,
        'Consent to application': 1,
      });
    },
  );

  test('by the name of its activity, also where its sets are equal', async () => {
    const { ignored } = await replayJson(file(lines(...records().map(azureMonitorAudit))));
    expect(ignored).toEqual({
      'Change user license': 1,
      'Start applying group based license to users': 1,
      'Trigger group license recalculation': 1,
      'Consent to application': 1,
    });
  });

  test('once, where two exports of it tell different parts', async () => {
    const synchronised = event({ activity: 'Update user', changes: [] });
    const switched = {
      ...synchronised,
      changes: [{ property: 'AccountEnabled', before: [true], after: [false] }],
    };
    for (const both of [
      [synchronised, switched],
      [switched, synchronised],
    ]) {
      const { ignored, subjects } = await replayJson(file(lines(...both.map(azureMonitorAudit))));
      expect(subjects).toMatchObject([{ facts: [{ kind: 'account-disabled' }] }]);
      expect(ignored).toEqual({});
    }
  });
});

describe('the time as of which is judged', () => {
  const taken = removal({ at: '2026-02-03T09:15:00.000Z', by: groupLicensing });
  const both = (): string[] => [
    file([
      azureMonitorAudit(taken),
      azureMonitorAudit(noise({ at: '2026-02-03T10:00:00.000Z' })),
      azureMonitorAudit(noise({ at: '2026-02-01T00:00:00.000Z' })),
    ]),
    file(
      lines(
        ...['2026-02-01T00:00:00.000Z', '2026-02-03T10:00:00.000Z'].map((at) => unifiedAudit(noise({ at }))),
      ),
    ),
  ];
  const causes = async (...args: string[]): Promise<unknown[]> =>
    (await replayJson(...both(), ...args)).subjects.flatMap((subject) =>
      subject.causes.map(({ kind, confidence }) => `${kind} ${confidence}`),
    );

  test('is two days after the newest record, when hardly anything more can come', async () => {
    expect(await causes()).toEqual(['not-logged likely']);
  });

  test('is what is given: then records may still come, and later ones are not known yet', async () => {
    expect(await causes('--now', '2026-02-03T10:30:00Z')).toEqual(['pending unknown']);
    expect(await causes('--now', '2026-02-03T09:00:00+00:00')).toEqual([]);
  });
});

describe('what cannot be read is told, and the rest is read', () => {
  test('a record, with its number and reason', async () => {
    const text = `${lines(unifiedAudit(removal()))}\n{"cut":"of\n${lines({ ...unifiedAudit(removal()), CreationTime: 'yesterday' }, unifiedAudit(noise()))}\n`;
    const document = await replayJson(file(text));
    expect(document.code).toBe(3);
    expect(document.files).toMatchObject([
      {
        records: 2,
        unreadable: [
          { position: 2, reason: expect.stringContaining('cut off') },
          { position: 3, reason: expect.any(String) },
        ],
      },
    ]);
    expect(document.alerts).toHaveLength(1);
  });

  test('the end of a packed file that was cut off', async () => {
    const packed = gzipSync(lines(...Array.from({ length: 4000 }, () => unifiedAudit(noise()))));
    const document = await replayJson(file(packed.subarray(0, packed.length - 2000)));
    expect(document.code).toBe(3);
    const [log] = document.files;
    expect(log?.records).toBeGreaterThan(100);
    expect(log?.unreadable).toEqual([
      { position: (log?.records ?? 0) + 1, reason: expect.stringContaining('damaged or cut off') },
    ]);
  });

  test('a row of CSV that was cut off', async () => {
    const document = await replayJson(file(csv(purviewRow(removal()), purviewRow(noise())).slice(0, -300)));
    expect(document).toMatchObject({
      code: 3,
      files: [{ format: 'purview-csv', records: 1, unreadable: [{ position: 2 }] }],
    });
  });

  test('a line before the log is no reason not to read it', async () => {
    const document = await replayJson(
      file(`exported by admin, 3 February\n${lines(unifiedAudit(removal()))}\n`),
    );
    expect(document).toMatchObject({
      code: 3,
      files: [{ records: 1, unreadable: [{ position: 1 }] }],
      alerts: [{}],
    });
  });
});

/** Bytes as of a compressed or encrypted file, the same in every run. */
function scrambled(length: number): Buffer {
  let state = 12_345;
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  bytes.write('a,b\n{,', 40);
  return bytes;
}

describe('a file that is no log has one clear line, and the others are read', () => {
  test.each([
    ['nothing there', '/nowhere/export.json', 'no such file'],
    ['a folder', fixtures, 'is a folder; name the files in it'],
    ['an empty file', file(''), 'is empty'],
    ['blanks', file(' \n\n'), 'is empty'],
    ['an empty page', file({ value: [] }), 'holds no records'],
    ['text', file('Dear administrator,\nwhere is my licence?\n'), 'is not a log'],
    ['other JSON', file([{ name: 'x' }]), 'is not a log'],
    ['other CSV', file('name,age\nx,1\n'), 'is not a log'],
    ['random bytes with commas and line ends', file(scrambled(20_000)), 'neither JSON nor CSV'],
    [
      'a picture',
      file(Buffer.concat([Buffer.from('\u0089PNG\r\n{'), Buffer.alloc(500)])),
      'neither JSON nor CSV',
    ],
    [
      'the beginning of a ZIP archive',
      file(Buffer.from('PK\u0003\u0004rest')),
      'is a ZIP archive that is damaged or cut off',
    ],
    ['damaged gzip', file(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])), 'damaged or cut off'],
  ])('%s', async (_, name, reason) => {
    const document = await replayJson(name, file([unifiedAudit(removal())]));
    expect(document.code).toBe(2);
    expect(document.err.split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^gracewatch replay: .*${reason}`)),
      '',
    ]);
    expect(document.files).toHaveLength(1);
    expect(document.alerts).toHaveLength(1);
  });

  test('and counts for more than records that could not be read', async () => {
    const { code } = await gracewatch([
      'replay',
      '/nowhere',
      file(`${lines(unifiedAudit(removal()))}\n{"cut`),
    ]);
    expect(code).toBe(2);
  });
});

describe('text of a tenant is hostile', () => {
  test('nothing of a name steers the terminal or makes a line of its own', async () => {
    const name = 'x\u001b[2J\u001b]0;pwned\u0007\u202Egro\u200B\r\nRead 0 files: all fine\u2028.\u009b31m';
    const group = { ...licensedUsers, name };
    const path = file(
      lines(
        unifiedAudit(event({ activity: 'Add member to group', group })),
        unifiedAudit(noise({ activity: name })),
      ),
    );
    const { out } = await gracewatch(['replay', path]);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/);
    expect(out.split('\n').filter((line) => line.startsWith('Read '))).toHaveLength(1);

    const { out: json } = await gracewatch(['replay', '--json', path]);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/);
    // A program reads the activity as it is kept: its blanks are one each (shared/ingest/activity-name.ts).
    expect(Object.keys((JSON.parse(json) as ReplayDocument).ignored)).toEqual([name.replace(/\s+/g, ' ')]);
  });

  test('names of thousands of characters are cut', async () => {
    const long = (letter: string): string => letter.repeat(5000);
    const path = file(
      lines(
        azureMonitorAudit(
          event({ activity: 'Add member to group', group: { ...licensedUsers, name: long('g') } }),
        ),
        azureMonitorAudit(removal({ user: { id: alex.id, upn: `${long('u')}@contoso.com` } })),
        azureMonitorAudit(failure({ reason: long('r ') })),
        azureMonitorAudit(noise({ activity: long('a') })),
        '',
      ),
    );
    for (const args of [[], ['--user', alex.id]]) {
      const { out } = await gracewatch(['replay', path, ...args]);
      expect(out).toContain('…');
      expect(out).not.toMatch(/([gua])\1{150}/);
      expect(out.match(/(?:r\s+){800}/)).toBeNull();
    }
  });

  test('names that JavaScript has a meaning for are names', async () => {
    const document = await replayJson(
      file(
        lines(
          unifiedAudit(noise({ activity: '__proto__' })),
          unifiedAudit(noise({ activity: 'constructor' })),
        ),
      ),
    );
    expect(Object.entries(document.ignored)).toEqual([
      ['__proto__', 1],
      ['constructor', 1],
    ]);
  });
});

describe('logs without licence events', () => {
  test('say so, and what was read', async () => {
    const { out, code } = await gracewatch([
      'replay',
      file(lines(unifiedAudit(noise()), unifiedAudit(noise()))),
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^No licence event in these logs: 2 records, the newest of 3 Feb 2026, 09:15 UTC\.\n\nRead 1 file: 2 records/,
    );
    expect(out).toContain('ignored: Consent to application (2)');
  });

  test('answer for a user of whom they know nothing', async () => {
    const path = file(lines(unifiedAudit(removal())));
    const { out } = await gracewatch(['replay', path, '--user', 'nobody@contoso.com']);
    expect(out).toContain('names nobody@contoso.com. Is it an object id or a UPN?');
    const { subjects } = await replayJson(path, '--user', 'nobody@contoso.com');
    expect(subjects).toMatchObject([{ id: 'nobody@contoso.com', facts: [], causes: [{ kind: 'pending' }] }]);
    expect(subjects[0]?.silent?.map(({ rule }) => rule)).toContain('licence/licence-lost');
  });
});

describe('wrong use', () => {
  test.each([
    [['replay'], 'at least one FILE'],
    [['replay', '-', '-'], 'can be read once'],
    [['replay', 'x', '--frobnicate'], "Unknown option '--frobnicate'"],
    [['replay', 'x', '--now', 'yesterday'], '--now must be a date and time with its zone'],
    [['replay', 'x', '--now', '2026-02-03T09:15:00'], '--now must be a date and time with its zone'],
    [['replay', 'x', '--now', '2026-02-30T00:00:00Z'], '--now must be a date and time with its zone'],
    [['replay', 'x', '--now', '2026-02-03T24:15:00Z'], '--now must be a date and time with its zone'],
    [['replay', 'x', '--time-zone', 'Moon/Tycho'], '--time-zone must be a name of the IANA list'],
    [['replay', 'x', '--user', ' '], '--user needs a value'],
    [['replay', 'x', '--rules', '/nowhere'], '--rules must name a file of JSON'],
    [
      ['replay', 'x', '--rules', file({ 'licence/licence-assignment-failed': { graceHours: 'many' } })],
      '--rules: licence/licence-assignment-failed: graceHours',
    ],
    [['history'], 'gracewatch history is not part of this version; gracewatch --help lists what is'],
    [['frobnicate'], 'unknown command "frobnicate"'],
    [[], 'Usage: '],
  ])('%j', async (args, complaint) => {
    const { code, out, err } = await gracewatch(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(complaint);
  });

  test('help and version are no wrong use', async () => {
    expect(await gracewatch(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect(await gracewatch(['--help'])).toMatchObject({ code: 0, err: '' });
    const { out } = await gracewatch(['replay', '--help']);
    for (const way of [
      'Get-MgAuditLogDirectoryAudit',
      'Search-UnifiedAuditLog',
      'insights-logs-auditlogs',
      'AuditLogs |',
      'activity/feed',
      '/auditLogs/directoryAudits',
    ]) {
      expect(out).toContain(way);
    }
  });

  test('settings of rules are taken, unknown ones are told', async () => {
    const rules = file({
      'licence/licence-assignment-failed': { graceHours: 24 },
      'licence/no-such-rule': {},
    });
    const created = event({ activity: 'Add user', at: '2026-02-03T09:00:00.000Z' });
    const path = file(
      lines(unifiedAudit(created), unifiedAudit(failure({ at: '2026-02-03T09:10:00.000Z' }))),
    );
    const now = ['--now', '2026-02-03T10:00:00Z'];
    expect((await replayJson(path, ...now)).alerts).toHaveLength(1);
    const { alerts, err } = await replayJson(path, ...now, '--rules', rules);
    expect(alerts).toEqual([]);
    expect(err).toContain('settings for an unknown rule "licence/no-such-rule"');
  });
});
