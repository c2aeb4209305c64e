import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareRoutes, matchRoute, parseRoute } from '../../../dev/host/route.ts';

const match = (template: string, path: string) => matchRoute(parseRoute(template, 'f'), path);

describe('a route', () => {
  test.each([
    ['alerts', '/alerts', {}],
    ['alerts', '/ALERTS/', {}],
    ['alerts/{id}', '/alerts/AbC', { id: 'AbC' }],
    ['alerts/{id}', '/alerts', undefined],
    ['alerts/{id}', '/alerts//', undefined],
    ['alerts/{id}', '/alerts/a/b', undefined],
    ['alerts/{id?}', '/alerts', {}],
    ['alerts/{id}/acknowledge', '/alerts/1/Acknowledge', { id: '1' }],
    ['x/{*rest}', '/x', {}],
    ['x/{*rest}', '/x/a/b', { rest: 'a/b' }],
    ['x/{*rest}', '/y', undefined],
    ['{*rest}', '', {}],
  ])('%s and the path %s give %j', (template, path, parameters) => {
    expect(match(template, path)).toEqual(parameters);
  });

  test('decodes a blank and leaves a slash encoded', () => {
    expect(match('h/{user}', '/h/a%20b%2Fc%2fd')).toEqual({ user: 'a b%2Fc%2fd' });
  });

  test('leaves alone what is no encoding', () => {
    expect(match('h/{user}', '/h/50%zz')).toEqual({ user: '50%zz' });
  });

  test('gives back any value that was encoded into it, but for slashes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        fc.pre(!value.includes('/') && !/%2f/i.test(value));
        expect(match('h/{user}', `/h/${encodeURIComponent(value)}`)).toEqual({ user: value });
      }),
    );
  });

  test('with a constraint is refused with the name of its function', () => {
    expect(() => parseRoute('alerts/{id:int}', 'alerts-api')).toThrow(/alerts-api .*\{id:int\}/);
  });

  test('is tried before another where it is the more exact', () => {
    const templates = ['{*rest}', 'alerts/{id}', 'alerts', 'alerts/open', 'alerts/{id}/snooze'];
    const sorted = templates
      .toSorted((left, right) => compareRoutes(parseRoute(left, 'f'), parseRoute(right, 'f')))
      .filter((template) => match(template, '/alerts/open') !== undefined);
    expect(sorted).toEqual(['alerts/open', 'alerts/{id}', '{*rest}']);
  });
});
