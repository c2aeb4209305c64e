import { expect, test } from '@jest/globals';
import { mayAsk } from '../../shared/answer/principal.ts';

const identity = { kind: 'managed-identity' } as const;
const principal = Buffer.from(
  JSON.stringify({ auth_typ: 'aad', claims: [{ typ: 'name', val: 'Ada' }] }),
).toString('base64');

test('with credential none nobody is asked', () => {
  expect(mayAsk({ credential: { kind: 'none' }, signInEnabled: false }, null)).toBe(true);
});

test('a principal is believed only where the sign-in of the platform is on', () => {
  expect(mayAsk({ credential: identity, signInEnabled: true }, principal)).toBe(true);
  expect(mayAsk({ credential: identity, signInEnabled: false }, principal)).toBe(false);
});

test.each([
  null,
  '',
  'not base64 {',
  Buffer.from('[]').toString('base64'),
  Buffer.from('null').toString('base64'),
  Buffer.from('{}').toString('base64'),
])('where it is on, %j is nobody', (header) => {
  expect(mayAsk({ credential: identity, signInEnabled: true }, header)).toBe(false);
});
