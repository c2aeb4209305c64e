import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loggingFindings } from './host-json-checks.ts';
import { planted } from './template.ts';

const root = new URL('../../', import.meta.url);
const host: unknown = JSON.parse(readFileSync(new URL('host.json', root), 'utf8'));
const functions = readdirSync(new URL('functions/', root)).map((file) => file.replace(/\.ts$/, ''));

describe('host.json', () => {
  test('loses no failure, and logs what each function says', () => {
    expect(loggingFindings(host, functions)).toEqual([]);
  });
});

describe('planted mistakes', () => {
  test.each(['Exception', 'Request', 'Trace'])('%s may be sampled', (type) => {
    expect(loggingFindings(planted(host, new RegExp(`${type}(?=[;"])`), 'PageView'), functions)).toEqual([
      `${type} may be sampled away`,
    ]);
  });

  test.each([
    ['"Host.Results":"Error"', '"Host.Results":"None"', 'a failed run is not told by Host.Results'],
    ['"Function":"None"', '"Function":"Warning"', 'a failed run is told twice'],
    ['"Azure.Core":"Error",', '', 'a missing queue floods the log'],
    ['"Azure.Core":"Error"', '"Azure.Core":"Warning"', 'a missing queue floods the log'],
  ])('%s is %j', (right, wrong, finding) => {
    expect(loggingFindings(planted(host, right, wrong), functions)).toEqual([finding]);
  });

  test('a new function without a level of its own', () => {
    expect(loggingFindings(host, [...functions, 'read-changes'])).toEqual([
      'what read-changes says is not logged',
    ]);
  });

  test('a function that says only warnings', () => {
    const mistaken = planted(
      host,
      '"Function.collect.User":"Information"',
      '"Function.collect.User":"Warning"',
    );
    expect(loggingFindings(mistaken, functions)).toEqual(['what collect says is not logged']);
  });

  test('a function that is gone', () => {
    expect(
      loggingFindings(
        host,
        functions.filter((name) => name !== 'collect'),
      ),
    ).toEqual(['there is no function collect']);
  });
});
