import { describe, expect, test } from '@jest/globals';
import type { TenantRights } from '../../../cli/rights/rights.ts';
import { type Grantee, mendingStep, mendingSteps } from '../../../cli/rights/mend.ts';
import { featurePermissions } from '../../../shared/permissions.ts';
import { Secret } from '../../../shared/secret.ts';
import { contoso } from '../../builders/tenant-services.ts';

type State = TenantRights['permissions'][number]['state'];

/** A tenant in which the needed permissions are in this state, and the optional ones are missing. */
function rights(needed: State): TenantRights {
  return {
    tenant: contoso,
    token: { kind: 'read' },
    permissions: featurePermissions.map((entry) => ({
      ...entry,
      state: entry.feature.optional ? 'missing' : needed,
      reason: 'as the test wants it',
      seenBy: 'call',
    })),
    more: [],
  };
}

const authority = 'https://login.microsoftonline.com';
const clientId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const app = { name: 'gw', resourceGroup: 'rg', tenantId: contoso.id };
const link = `${authority}/${contoso.id}/adminconsent?client_id=${clientId}`;

describe('what mends missing rights', () => {
  test.each<[string, Grantee, string]>([
    [
      'of the identity of an app',
      { credential: { kind: 'managed-identity' }, authority, app },
      'npx gracewatch permissions grant --app gw --resource-group rg --yes',
    ],
    [
      'of an identity that is not named',
      { credential: { kind: 'managed-identity' }, authority },
      `npx gracewatch permissions grant --identity OBJECT_ID --tenant ${contoso.id} --yes (OBJECT_ID: the object id of the app's identity, portal.azure.com > the app > Identity)`,
    ],
    [
      'of an identity of another tenant',
      { credential: { kind: 'managed-identity' }, authority, app: { ...app, tenantId: 'another' } },
      'npx gracewatch tenants app makes the application for other tenants; then GRACEWATCH_CREDENTIAL=federated',
    ],
    [
      'of an app for many tenants',
      { credential: { kind: 'federated', clientId }, authority, app },
      `An administrator of the tenant consents here: ${link}`,
    ],
    [
      'of an app with a secret',
      { credential: { kind: 'client-secret', clientId, secret: new Secret('very-secret') }, authority },
      `An administrator of the tenant consents here: ${link}`,
    ],
  ])('%s', (_, deployment, step) => {
    const steps = mendingSteps(rights('missing'), deployment);
    expect(steps).toEqual([expect.stringContaining(step)]);
    expect(steps.join()).not.toContain('very-secret');
  });

  test.each([
    ['AADSTS700213', 'npx gracewatch tenants app --app gw --resource-group rg --yes'],
    ['AADSTS70021', 'npx gracewatch tenants app --app gw --resource-group rg --yes'],
    ['AADSTS7000112', 'Enterprise applications > the application > Properties > Enabled for users'],
    ['AADSTS90002', `npx gracewatch tenants remove ${contoso.id}`],
    ['AADSTS53003', 'Conditional Access'],
    ['AADSTS7000222', 'Certificates & secrets'],
    ['AADSTS65001', link],
    ['AADSTS7000229', link],
  ])('goes by what the authority said: %s', (code, words) => {
    const step = mendingStep({ state: 'missing', code }, contoso.id, {
      credential: { kind: 'federated', clientId },
      authority,
      app,
    });
    expect(step).toContain(words);
    if (words !== link) expect(step).not.toContain('adminconsent');
  });

  test('is told once for all that it mends, and besides it what is only to be seen again', () => {
    const [first, second, ...others] = rights('missing').permissions;
    if (first === undefined || second === undefined) throw new Error('two permissions are needed');
    const mixed: TenantRights = {
      ...rights('missing'),
      permissions: [first, { ...second, state: 'unknown' }, ...others],
    };
    const deployment: Grantee = { credential: { kind: 'managed-identity' }, authority, app };
    expect(mendingSteps(rights('missing'), deployment)).toHaveLength(1);
    expect(mendingSteps(mixed, deployment)).toEqual([
      'npx gracewatch permissions grant --app gw --resource-group rg --yes',
      'Run it again; what is unknown is not known to be missing',
    ]);
  });

  test('is nothing where only what is optional is missing', () => {
    expect(mendingSteps(rights('granted'), { credential: { kind: 'none' }, authority })).toEqual([]);
  });

  test('is no grant while it is not known that anything is missing', () => {
    const steps = mendingSteps(rights('unknown'), {
      credential: { kind: 'managed-identity' },
      authority,
      app,
    });
    expect(steps).toEqual(['Run it again; what is unknown is not known to be missing']);
  });

  test('is to look at the app in Azure where the identity is not on this machine', () => {
    const steps = mendingSteps(rights('unknown'), { credential: { kind: 'managed-identity' }, authority });
    expect(steps[0]).toContain('npx gracewatch permissions --app NAME --resource-group RG');
  });
});
