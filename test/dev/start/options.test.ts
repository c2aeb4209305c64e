import { expect, test } from '@jest/globals';
import { CannotStart } from '../../../dev/start/cannot-start.ts';
import { readOptions } from '../../../dev/start/options.ts';

test('without options everything runs on the usual ports, with the story', () => {
  expect(readOptions([])).toMatchObject({
    port: 7071,
    pagePort: 7080,
    fresh: false,
    story: true,
    help: false,
  });
  expect(readOptions([]).data).toMatch(/\.gracewatch$/);
});

test('what is given counts', () => {
  const given = readOptions([
    '--port',
    '8000',
    '--page-port',
    '8001',
    '--fresh',
    '--no-story',
    '--data',
    '/tmp/x',
  ]);
  expect(given).toEqual({
    port: 8000,
    pagePort: 8001,
    fresh: true,
    story: false,
    data: '/tmp/x',
    help: false,
  });
});

test.each([
  [['--port', 'x']],
  [['--port', '0']],
  [['--page-port', '65536']],
  [['--prot', '80']],
  [['replay']],
])('%j is refused with a line for a person', (args) => {
  expect(() => readOptions(args)).toThrow(CannotStart);
});
