import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Principal, readPrincipal } from '../../shared/http/principal.ts';
import { claimsOf, headerOf } from './asked.ts';

const ada = 'AAAAAAAA-0000-4000-8000-000000000001';

function principal(header: string): Principal {
  const read = readPrincipal(header);
  if (read.kind !== 'principal') throw new Error(read.reason);
  return read.principal;
}

test('a person: object id in lower case, name, what he signs in with, app roles', () => {
  expect(principal(headerOf(claimsOf(ada, { roles: ['reader', 'operator'] })))).toEqual({
    id: ada.toLowerCase(),
    name: 'Ada Lovelace',
    userName: 'ada@contoso.com',
    groups: [],
    groupsLeftOut: false,
    roles: ['reader', 'operator'],
  });
});

test('the short names of claims are read like the long ones', () => {
  expect(principal(headerOf([{ typ: 'oid', val: ada }]))).toMatchObject({ id: ada.toLowerCase() });
  const both = [...claimsOf(ada), { typ: 'oid', val: ada.toLowerCase() }];
  expect(principal(headerOf(both)).id).toBe(ada.toLowerCase());
});

test('an application has an object id and no name', () => {
  const app = principal(headerOf(claimsOf(ada, { name: '', roles: ['operator'] })));
  expect(app).toMatchObject({ id: ada.toLowerCase(), roles: ['operator'] });
  expect(app).not.toHaveProperty('name');
});

test('where there is no claim called name, the one that the platform says is the name', () => {
  const claims = [
    { typ: 'oid', val: ada },
    { typ: 'e-mail', val: 'ada@contoso.com' },
  ];
  expect(principal(headerOf(claims, { name_typ: 'e-mail' })).name).toBe('ada@contoso.com');
});

test('groups are read without case', () => {
  const more: [string, string][] = [['groups', 'BBBBBBBB-0000-4000-8000-000000000001']];
  expect(principal(headerOf(claimsOf(ada, { more })))).toMatchObject({
    groups: ['bbbbbbbb-0000-4000-8000-000000000001'],
    groupsLeftOut: false,
  });
});

test.each<[string, string]>([
  ['_claim_names', '{"groups":"src1"}'],
  ['hasgroups', 'true'],
])('%s in place of groups: they were left out', (typ, val) => {
  expect(principal(headerOf(claimsOf(ada, { more: [[typ, val]] })))).toMatchObject({
    groups: [],
    groupsLeftOut: true,
  });
});

test('a header of 20 KB is read, and a name that is a book is not stored', () => {
  const more = Array.from({ length: 200 }, (_, index): [string, string] => [
    'groups',
    `bbbbbbbb-0000-4000-8000-${String(index).padStart(12, '0')}`,
  ]);
  const header = headerOf(claimsOf(ada, { name: 'A'.repeat(3000), more }));
  expect(header.length).toBeGreaterThan(20_000);
  expect(principal(header).groups).toHaveLength(200);
  expect(principal(header).name).toHaveLength(256);
});

const whole = headerOf(claimsOf(ada));
test.each<[string, string | null, string]>([
  ['nothing', null, 'nobody is signed in'],
  ['an empty one', ' ', 'nobody is signed in'],
  ['two of them', `${whole}, ${whole}`, 'came more than once'],
  ['two of them, the second empty', `${whole},`, 'came more than once'],
  ['no base64', 'not base64 {', 'not base64 of JSON'],
  ['one that was cut', whole.slice(0, 200), 'not base64 of JSON'],
  ['JSON as it is', JSON.stringify({ claims: {} }), 'not base64 of JSON'],
  ['bytes that are no text', Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('base64'), 'not base64 of JSON'],
  ['a list', Buffer.from('[]').toString('base64'), 'no list of claims'],
  ['null', Buffer.from('null').toString('base64'), 'no list of claims'],
  ['nothing in it', Buffer.from('{}').toString('base64'), 'no list of claims'],
  ['claims that are none', headerOf([{ typ: 1 }]), 'no list of claims'],
  ['no claims', headerOf([]), 'one object id'],
  ['a name alone', headerOf([{ typ: 'name', val: 'Ada' }]), 'one object id'],
  ['two people in one', headerOf([...claimsOf(ada), { typ: 'oid', val: 'b' }]), 'one object id'],
  ['an id that is none', headerOf([{ typ: 'oid', val: '<script>' }]), 'one object id'],
])('%s is nobody, and the reason is told', (_, header, reason) => {
  expect(readPrincipal(header)).toEqual({
    kind: 'nobody',
    reason: expect.stringContaining(reason) as unknown,
  });
});

test('law: whatever the header is, it is read or refused, and of one that was cut nobody is read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(whole.length - 4), (text, length) => {
      expect(['principal', 'nobody']).toContain(readPrincipal(text).kind);
      expect(readPrincipal(whole.slice(0, length)).kind).toBe('nobody');
    }),
  );
});
