import { afterEach, describe, expect, test } from '@jest/globals';
import type { AccessToken } from '@azure/identity';
import { personTokenFor, readPersonToken } from '../../cli/person-token.ts';
import { type ProgramsOnPath, programsOnPath } from '../builders/programs-on-path.ts';

const contoso = '11111111-1111-4111-8111-111111111111';
const fabrikam = '22222222-2222-4222-8222-222222222222';
const scope = 'https://graph.microsoft.com/.default';

/** A tool that a person has signed in with; `asked` counts. */
function tool(answer: () => AccessToken | null) {
  const asked: string[] = [];
  const newCredential = (tenantId: string) => ({
    getToken: (wanted: string | string[]) => {
      asked.push(`${tenantId} ${String(wanted)}`);
      return Promise.resolve(answer());
    },
  });
  return { asked, newCredential: newCredential as unknown as (tenantId: string) => never };
}

const inAnHour = () => Date.now() + 3_600_000;

test('the tools are asked once for a tenant and scope, and again when the token is about to end', async () => {
  let ends = inAnHour();
  const { asked, newCredential } = tool(() => ({ token: 'eyJ0', expiresOnTimestamp: ends }));
  const tokenFor = personTokenFor('signed-in', newCredential);
  expect([await tokenFor(contoso, scope), await tokenFor(contoso, scope)]).toEqual(['eyJ0', 'eyJ0']);
  expect(asked).toEqual([`${contoso} ${scope}`]);
  ends = Date.now() + 60_000;
  await tokenFor(fabrikam, scope);
  await tokenFor(fabrikam, scope);
  expect(asked).toHaveLength(3);
});

test('with everything on loopback nobody is asked', async () => {
  expect(await personTokenFor('none')(contoso, scope)).toBe(`none:${contoso}`);
});

describe('somebody who gets no token is told in one sentence why', () => {
  test.each([
    ['no token', () => null, `nobody is signed in: run az login --tenant ${contoso}`],
    [
      'an error that quotes a token',
      () => {
        throw new Error('ChainedTokenCredential failed\n eyJ0-secret at stack.js:1');
      },
      `nobody is signed in: run az login --tenant ${contoso}`,
    ],
    [
      'a refusal of Entra',
      () => {
        throw new Error('AADSTS50076: Due to a change eyJ0-secret\nTrace ID: 1');
      },
      `Entra gives you no token for tenant ${contoso} (AADSTS50076): run az login --tenant ${contoso}`,
    ],
  ])('%s', async (_, answer, reason) => {
    const tokenFor = personTokenFor('signed-in', tool(answer).newCredential);
    expect(await readPersonToken(tokenFor, contoso, scope)).toEqual({ kind: 'refused', reason });
  });
});

describe('with the tools as they are', () => {
  let path: ProgramsOnPath | undefined;
  afterEach(() => {
    path?.restore();
  });

  test('the Azure CLI is asked for a token of the tenant', async () => {
    path = programsOnPath();
    path.install(
      'az',
      `for word in "$@"; do all="$all-$word"; done; printf '{"accessToken": "%s", "expires_on": 4102444800}' "$all"`,
    );
    expect(await personTokenFor('signed-in')(contoso, scope)).toContain(`-account-get-access-token-`);
    expect(await personTokenFor('signed-in')(contoso, scope)).toContain(`-${contoso}`);
  });

  test('nobody is signed in where none is installed', async () => {
    path = programsOnPath();
    await expect(personTokenFor('signed-in')(contoso, scope)).rejects.toThrow(
      `nobody is signed in: run az login --tenant ${contoso}`,
    );
  });

  test('nobody is signed in where the Azure CLI says so', async () => {
    path = programsOnPath();
    path.install('az', `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`);
    await expect(personTokenFor('signed-in')(contoso, scope)).rejects.toThrow(
      `nobody is signed in: run az login --tenant ${contoso}`,
    );
  });
});
