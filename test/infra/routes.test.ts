import { describe, expect, test } from '@jest/globals';
import names from '../../shared/names.json' with { type: 'json' };
import { readRegistrations, type Registration } from './registrations.ts';
import { excludedPathFindings, openFunctionFindings } from './route-checks.ts';
import { oneTenant, planted, snapshots } from './template.ts';

const openRoutes = Object.values(names.openRoutes);
const registrations = await readRegistrations();

describe('who is answered without sign-in', () => {
  test.each(snapshots)('%s: sign-in leaves out the open routes and no other', (_name, snapshot) => {
    expect(excludedPathFindings(snapshot, openRoutes)).toEqual([]);
  });

  test('every function that is not at an open route answers 401', async () => {
    expect(await openFunctionFindings(registrations, openRoutes)).toEqual([]);
  });

  test('the open routes are health and the three webhooks', () => {
    expect(Object.keys(names.openRoutes)).toEqual([
      'health',
      'changeNotifications',
      'lifecycleNotifications',
      'activityContent',
    ]);
  });
});

describe('planted mistakes', () => {
  test('a webhook that only its bare path leaves out', () => {
    const mistaken = planted(oneTenant, ',"/api/lifecycle/*"', '');
    expect(excludedPathFindings(mistaken, openRoutes)).toEqual([
      '/api/lifecycle/* asks for sign-in, and nobody there has one',
    ]);
  });

  test('a route of the API that sign-in leaves out', () => {
    const mistaken = planted(oneTenant, '"/api/health"', '"/api/health","/api/alerts"');
    expect(excludedPathFindings(mistaken, openRoutes)).toEqual(['/api/alerts is open and must not be']);
  });

  test('a function that answers everybody', async () => {
    const open: Registration = {
      name: 'list-all',
      trigger: 'http',
      options: { route: 'all', handler: () => ({ status: 200 }) },
    };
    expect(await openFunctionFindings([...registrations, open], openRoutes)).toEqual([
      'list-all answers 200 to whoever comes without sign-in',
    ]);
  });

  test('an open route without a function', async () => {
    expect(await openFunctionFindings(registrations, [...openRoutes, 'gone'])).toEqual([
      'nothing answers at the open route gone',
    ]);
  });
});
