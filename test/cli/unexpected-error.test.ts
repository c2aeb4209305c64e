import { expect, test } from '@jest/globals';
import { commandLine } from '../builders/command-line.ts';

test('an error that nobody foresaw is one line that quotes nothing', async () => {
  const az = () => Promise.reject(Object.assign(new Error('planted-token'), { code: 'EPIPE' }));
  const { code, out, err } = await commandLine(['doctor', '--app', 'a', '--resource-group', 'r'], { az });
  expect({ code, out, err }).toEqual({
    code: 2,
    out: '',
    err: 'gracewatch: ended by an error that nobody foresaw: Error (EPIPE)\n',
  });
});
