import { describe, expect, test } from '@jest/globals';
import { countHolders, type Holders, judgeAccess } from '../../../cli/doctor/access.ts';
import { setUpSignIn } from '../../../cli/sign-in/set-up-sign-in.ts';
import type { AccessGrant } from '../../../shared/config-access.ts';
import type { ReadOutcome } from '../../../shared/services/read-outcome.ts';
import { createMemoryDirectory, noRight } from '../../builders/memory-directory.ts';
import { deployed } from './deployed.ts';
import { diagnosed, told } from './diagnosed.ts';

const { settings } = deployed();
const app = { name: 'gracewatch-x', resourceGroup: 'watch' };
const grant = (role: AccessGrant['role']): AccessGrant => ({
  principal: 'aaaaaaaa-0000-4000-8000-000000000001',
  role,
});
const held = (reader: number, operator: number): ReadOutcome<Holders> => ({
  kind: 'read',
  value: { reader, operator },
});
const unseen: ReadOutcome<Holders> = noRight('Directory Readers');

describe('who may read', () => {
  test.each<[string, AccessGrant[], ReadOutcome<Holders>, string, string]>([
    [
      'nobody at all',
      [],
      held(0, 0),
      'warn',
      'nobody may read or act, although sign-in is on (GRACEWATCH_ACCESS names nobody; app roles: 0 readers, 0 operators)',
    ],
    [
      'readers alone',
      [grant('reader')],
      held(2, 0),
      'warn',
      'nobody may acknowledge, snooze or reopen (GRACEWATCH_ACCESS has 1 entry; app roles: 2 readers, 0 operators)',
    ],
    [
      'an operator by the setting',
      [grant('operator')],
      held(0, 0),
      'ok',
      'GRACEWATCH_ACCESS has 1 entry; app roles: 0 readers, 0 operators',
    ],
    [
      'an operator by his app role',
      [],
      held(0, 1),
      'ok',
      'GRACEWATCH_ACCESS names nobody; app roles: 0 readers, 1 operator',
    ],
    [
      'nobody by the setting, and the roles are not seen',
      [],
      unseen,
      'warn',
      'GRACEWATCH_ACCESS names nobody, and the holders of the app roles are not seen: ',
    ],
    [
      'somebody by the setting, and the roles are not seen',
      [grant('reader')],
      unseen,
      'ok',
      'GRACEWATCH_ACCESS has 1 entry; the holders of the app roles are not seen: ',
    ],
  ])('%s', (_, access, holders, status, means) => {
    const line = judgeAccess('on', access, holders, app);
    expect([line.status, line.means]).toEqual([status, expect.stringContaining(means) as unknown]);
    expect(line.mend ?? '').toBe(
      status === 'ok'
        ? ''
        : 'npx gracewatch sign-in --app gracewatch-x --resource-group watch --operator OBJECT_ID --yes, or name people in GRACEWATCH_ACCESS (a parameter of the deployment)',
    );
  });

  test('where sign-in is off it is nobody, and on one machine whoever is there', () => {
    expect(judgeAccess('off', [], undefined, app)).toMatchObject({
      status: 'skip',
      means: expect.stringContaining('the deployment has set up no sign-in'),
      mend: 'npx gracewatch sign-in --app gracewatch-x --resource-group watch',
    });
    expect(judgeAccess('off', [], undefined, undefined)).toMatchObject({
      status: 'skip',
      means: expect.stringContaining('do not say whether sign-in is on'),
    });
    expect(judgeAccess('not-needed', [], undefined, undefined)).toMatchObject({ status: 'ok' });
  });
});

describe('the holders of the app roles', () => {
  const uniqueName = 'gracewatch-sign-in-gracewatch-x';

  test('are counted as gracewatch sign-in gave them', async () => {
    const directory = createMemoryDirectory();
    expect(await countHolders(directory, uniqueName)).toMatchObject({ kind: 'refused' });
    await setUpSignIn(
      {
        place: {
          label: 'x',
          name: 'gracewatch-x',
          hostName: 'x.azurewebsites.net',
          tenantId: 't',
          principalId: 'p',
        },
        deployedTenants: [],
        authority: 'https://login.microsoftonline.com',
        give: { operator: [], reader: ['a', 'b'], 'sign-in': ['c'] },
        yes: true,
      },
      directory,
    );
    expect(await countHolders(directory, uniqueName)).toEqual({
      kind: 'read',
      value: { reader: 2, operator: 1 },
    });
    directory.refuse('listAppRolesOn', noRight('Directory Readers'));
    expect(await countHolders(directory, uniqueName)).toEqual(noRight('Directory Readers'));
  });
});

test('the command tells it: open on one machine, warned of once sign-in is said to be on, and well with an operator', async () => {
  const seen = async (changes: Record<string, string>) =>
    told((await diagnosed(settings(changes))).checks, 'access').map(({ status, means }) => [status, means]);
  expect(await seen({})).toEqual([['ok', expect.stringContaining('nobody is asked who he is')]]);
  expect(await seen({ WEBSITE_AUTH_ENABLED: 'true' })).toEqual([
    ['warn', expect.stringContaining('GRACEWATCH_ACCESS names nobody')],
  ]);
  const access = JSON.stringify([grant('operator')]);
  expect(await seen({ WEBSITE_AUTH_ENABLED: 'true', GRACEWATCH_ACCESS: access })).toEqual([
    ['ok', expect.stringContaining('GRACEWATCH_ACCESS has 1 entry')],
  ]);
  expect(await seen({ WEBSITE_AUTH_ENABLED: 'true', GRACEWATCH_ACCESS: '[' })).toEqual([
    ['warn', expect.stringContaining('GRACEWATCH_ACCESS is missing or wrong')],
  ]);
});
