import { expect, test } from '@jest/globals';
import { countedProgress } from '../../../cli/terminal/progress.ts';

function told(total: number, watched: boolean): string {
  let text = '';
  const progress = countedProgress('tenants', total, {
    watched,
    err: (line) => {
      text += line;
    },
  });
  for (let done = 0; done < total; done += 1) progress.step();
  progress.end();
  return text;
}

test('few are done before anybody could wonder', () => {
  expect(told(9, true)).toBe('');
  expect(told(9, false)).toBe('');
});

test('many are told once for each tenth', () => {
  expect(told(200, false).trim().split('\n')).toHaveLength(10);
  expect(told(200, false)).toMatch(/^tenants: 20 of 200\n/);
  expect(told(200, false)).toMatch(/\ntenants: 200 of 200\n$/);
});

test('where a person watches it is one line, and gone at the end', () => {
  const text = told(12, true);
  expect(text).not.toContain('\n');
  expect(text).toContain('\rtenants: 1 of 12\rtenants: 2 of 12');
  expect(text).toMatch(/\rtenants: 12 of 12\r {17}\r$/);
});
