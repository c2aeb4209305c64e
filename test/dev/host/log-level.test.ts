import { describe, expect, test } from '@jest/globals';
import { isLogged, levelOfErrorOutput } from '../../../dev/host/log-level.ts';

const levels = {
  default: 'Warning',
  Function: 'None',
  'Function.collect.User': 'Information',
  'Host.Results': 'Error',
};

describe('what host.json lets through', () => {
  test.each([
    ['Function.collect.User', 'information', true],
    ['Function.collect.User', 'debug', false],
    ['function.COLLECT.user', 'Warning', true],
    ['Function.collect', 'error', false],
    ['Function.other.User', 'critical', false],
    ['Host.Results', 'warning', false],
    ['Host.Function.Console', 'information', false],
    ['Host.Function.Console', 'warning', true],
  ])('%s at %s: %s', (category, level, passes) => {
    expect(isLogged(levels, category, level)).toBe(passes);
  });

  test('is everything from Information on where it says nothing', () => {
    expect(isLogged({}, 'Function.a.User', 'information')).toBe(true);
    expect(isLogged({}, 'Function.a.User', 'debug')).toBe(false);
  });
});

test.each([
  ['SettingsError: error in the settings', 'error'],
  ['this FAILED', 'error'],
  ['SEVERE', 'error'],
  ['Unhandled exception. At', 'error'],
  ['(node:1) Warning: an error will follow', 'warning'],
  ['    at Object.<anonymous> (main.cjs:1:2)', 'information'],
])('%s on stderr is logged at %s', (line, level) => {
  expect(levelOfErrorOutput(line)).toBe(level);
});
