import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRecordOf } from '../../shared/ingest/read-record-of.ts';
import type { ReadRecord } from '../../shared/ingest/read-record.ts';
import { contoso } from '../builders/audit-event.ts';

const objectId = '2f6c1f0e-1111-4111-8111-00000000a0a0';

interface Written {
  type?: unknown;
  identity?: unknown;
  objectId?: unknown;
  result?: string;
  parameters?: unknown;
}

function setMailbox({
  type = 'Shared',
  identity = 'zoe@contoso.com',
  objectId: object = 'zoe',
  result = 'True',
  parameters = [
    { Name: 'Identity', Value: identity },
    { Name: 'Type', Value: type },
  ],
}: Written = {}): Record<string, unknown> {
  return {
    CreationTime: '2026-05-04T08:00:00',
    Id: '00f1ed00-0000-4000-8000-000000000060',
    Operation: 'Set-Mailbox',
    OrganizationId: contoso,
    RecordType: 1,
    ResultStatus: result,
    UserKey: '10032001AAAAAAAA',
    UserType: 2,
    Version: 1,
    Workload: 'Exchange',
    UserId: 'admin@contoso.com',
    ObjectId: object,
    Parameters: parameters,
  };
}
const read = (written?: Written): ReadRecord => readRecordOf('activity', setMailbox(written), contoso);
const zoe = { upn: 'zoe@contoso.com' };
const toShared = [{ property: 'MailboxType', after: 'shared' }];

describe('a mailbox that was converted', () => {
  const whole = { kind: 'record', record: { target: { user: zoe }, change: toShared, outcome: 'success' } };

  test.each<[string, unknown]>([
    ['a list', setMailbox()['Parameters']],
    ['a list as JSON', JSON.stringify(setMailbox()['Parameters'])],
    [
      'names as on a command line',
      [
        { Name: '-Identity', Value: 'zoe@contoso.com' },
        { Name: '-Type:', Value: 'SHARED' },
      ],
    ],
    ['an object', { Identity: 'zoe@contoso.com', Type: 'shared' }],
    ['texts of PowerShell', ['@{Name=Identity; Value=zoe@contoso.com}', '@{Name=Type; Value=Shared}']],
  ])('is read from parameters that are %s', (_name, parameters) => {
    expect(read({ parameters })).toMatchObject(whole);
  });

  test.each([
    ['Shared', 'shared'],
    ['sharedmailbox', 'shared'],
    ['ROOM', 'room'],
    ['Equipment', 'equipment'],
    ['regular', 'user'],
  ])('to %s is a %s mailbox', (type, after) => {
    expect(read({ type })).toMatchObject({ record: { change: [{ property: 'MailboxType', after }] } });
  });

  test('is read from Purview and Sentinel as well, with who did it', () => {
    const purview = {
      RecordId: '1',
      CreationDate: '2026-05-04T08:00:00',
      RecordType: 'ExchangeAdmin',
      Operation: 'Set-Mailbox',
      AuditData: JSON.stringify(setMailbox()),
    };
    const sentinel = {
      TimeGenerated: '2026-05-04T08:00:00Z',
      Operation: 'Set-Mailbox',
      OrganizationId: contoso,
      OfficeWorkload: 'Exchange',
      ResultStatus: 'True',
      OfficeObjectId: 'zoe',
      UserId: 'admin@contoso.com',
      Parameters: JSON.stringify(setMailbox()['Parameters']),
      OfficeId: '00f1ed00-0000-4000-8000-000000000060',
      Type: 'OfficeActivity',
    };
    const expected = read();
    expect(expected).toMatchObject({ record: { actor: { kind: 'user', name: 'admin@contoso.com' } } });
    expect(readRecordOf('purview-csv', purview, contoso)).toEqual(expected);
    expect(readRecordOf('sentinel', sentinel, contoso)).toEqual(expected);
    const { Parameters: _left, ...without } = sentinel;
    expect(readRecordOf('sentinel', without, contoso)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(/^Parameters: missing.*export this column/) as unknown,
    });
  });

  test('is told where it is cut off, for it may have been a conversion', () => {
    const reasons = [
      'System.Object[]',
      '@{Name=Identity; Value=zoe} @{Name=Type; Value=Shared}',
      '[{"Name":"Ident',
    ];
    for (const parameters of [...reasons, ['System.Collections.Hashtable']]) {
      expect(read({ parameters })).toMatchObject({
        kind: 'unreadable',
        reason: expect.stringMatching(/^Parameters: /) as unknown,
      });
    }
  });
});

describe('whose mailbox it is', () => {
  test.each<[string, Written, object]>([
    ['the UPN that the administrator wrote', { identity: 'Zoe@Contoso.com' }, zoe],
    ['the UPN in ObjectId', { identity: 'zoe', objectId: 'zoe@contoso.com' }, zoe],
    ['a UPN behind its organisation', { identity: 'contoso.onmicrosoft.com\\zoe@contoso.com' }, zoe],
    ['an object id', { identity: objectId.toUpperCase() }, { id: objectId }],
    [
      'a path that ends in an object id',
      {
        identity: 'zoe',
        objectId: `EURPR04A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/contoso.onmicrosoft.com/${objectId}`,
      },
      { id: objectId },
    ],
    [
      'a distinguished name of an object id',
      { identity: `CN=${objectId},OU=contoso.onmicrosoft.com,DC=EURPR04A001,DC=COM`, objectId: 'zoe' },
      { id: objectId },
    ],
    ['the UPN where an id stands beside it, which may be one of Exchange', { objectId }, zoe],
  ])('is told by %s', (_name, written, user) => {
    const found = read(written);
    expect(found.kind === 'record' && found.record.target.user).toEqual(user);
  });

  test.each<[string, Written]>([
    ['an alias', { identity: 'zoe' }],
    ['a display name', { identity: 'Zoe Adams', objectId: 'Zoe Adams' }],
    ['two addresses that are not the same', { identity: 'zoe@contoso.com', objectId: 'joe@contoso.com' }],
    ['two ids', { identity: objectId, objectId: objectId.replace('2f', '3f') }],
    ['a distinguished name with an address in it', { identity: 'OU=x@y.z,DC=com', objectId: '' }],
    ['nothing', { parameters: [{ Name: 'Type', Value: 'Shared' }], objectId: undefined }],
  ])('is not guessed from %s', (_name, written) => {
    expect(read(written)).toMatchObject({ kind: 'ignored', activity: 'Set-Mailbox' });
  });
});

describe('what is no conversion', () => {
  test.each<[string, unknown]>([
    [
      'another setting',
      [
        { Name: 'Identity', Value: 'zoe@contoso.com' },
        { Name: 'ForwardingAddress', Value: '' },
      ],
    ],
    [
      'a kind that nobody knows',
      [
        { Name: 'Identity', Value: 'zoe@contoso.com' },
        { Name: 'Type', Value: 'constructor' },
      ],
    ],
    ['no parameters', undefined],
  ])('is ignored: %s', (_name, parameters) => {
    const raw = { ...setMailbox(), Parameters: parameters };
    expect(readRecordOf('activity', raw, contoso)).toMatchObject({ kind: 'ignored' });
  });

  test('is ignored in another workload and in Entra’s log', () => {
    const raw = { ...setMailbox(), Workload: 'SecurityComplianceCenter' };
    expect(readRecordOf('activity', raw, contoso)).toMatchObject({ kind: 'ignored' });
  });

  test('whatever stands there, nothing throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (parameters, identity, object) => {
        expect(['record', 'ignored', 'unreadable']).toContain(
          readRecordOf(
            'activity',
            { ...setMailbox({ identity, objectId: object }), Parameters: parameters },
            contoso,
          ).kind,
        );
        read({ identity, objectId: object, type: parameters });
      }),
    );
  });
});
