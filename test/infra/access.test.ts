import { describe, expect, test } from '@jest/globals';
import { accessFindings, reachFindings } from './access-checks.ts';
import { compiled, oneTenant, planted, snapshots, withResource, withoutResource } from './template.ts';

describe('what the app may do in Azure', () => {
  test.each(snapshots)(
    '%s: exactly the listed roles, each on a resource of this deployment',
    (_name, snapshot) => {
      expect(accessFindings(snapshot)).toEqual([]);
    },
  );

  test('no role under a condition, none on the whole group, nothing outside the group', () => {
    expect(reachFindings(compiled)).toEqual([]);
  });
});

const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const group = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/gracewatch';
const assignment = oneTenant.predictedResources.find(({ type }) => type.endsWith('/roleAssignments'));

describe('planted mistakes', () => {
  test('a role that is not listed', () => {
    const mistaken = planted(oneTenant, /roleDefinitions\/974c5e8b-[-0-9a-f]+/, `roleDefinitions/${owner}`);
    expect(accessFindings(mistaken)).toEqual([
      'Storage Queue Data Contributor on Microsoft.Storage/storageAccounts is missing',
      `role ${owner} on Microsoft.Storage/storageAccounts is too much`,
    ]);
  });

  test('a role twice', () => {
    expect(
      accessFindings(
        withResource(oneTenant, { type: '', name: '', ...assignment, id: assignment?.id ?? '' }),
      ),
    ).toEqual([expect.stringMatching(/ is too much$/)]);
  });

  test('a role on the resource group', () => {
    const id = `${group}/providers/Microsoft.Authorization/roleAssignments/${owner}`;
    const mistaken = {
      ...oneTenant,
      predictedResources: oneTenant.predictedResources.map((resource) =>
        resource === assignment ? { ...resource, id } : resource,
      ),
    };
    expect(accessFindings(mistaken)).toEqual([
      expect.stringMatching(/ is missing$/),
      expect.stringMatching(/ on the resource group or more is too much$/),
    ]);
  });

  test('a role on a storage account of somebody else', () => {
    const mistaken = planted(
      oneTenant,
      /[^"]+(?=\/providers\/Microsoft\.Authorization\/roleAssignments\/)/,
      `${group}/providers/Microsoft.Storage/storageAccounts/theirs`,
    );
    expect(accessFindings(mistaken)).toEqual([
      expect.stringMatching(/ is missing$/),
      expect.stringMatching(/theirs, which is not of this deployment is too much$/),
    ]);
  });

  test('a role for somebody else', () => {
    const mistaken = planted(oneTenant, /"principalId":"[^"]+"/, `"principalId":"${owner}"`);
    expect(accessFindings(mistaken)).toEqual([
      `a role assignment is for ${owner}, not for the identity of the app`,
    ]);
  });

  test('an app that also has an identity of its own', () => {
    const mistaken = planted(oneTenant, '"type":"UserAssigned"', '"type":"SystemAssigned, UserAssigned"');
    expect(accessFindings(mistaken)).toEqual([
      expect.stringMatching(/must have the one identity and no other$/),
    ]);
  });

  test('a second identity, or none', () => {
    const another = { id: `${group}/x`, type: 'Microsoft.ManagedIdentity/userAssignedIdentities', name: 'x' };
    expect(accessFindings(withResource(oneTenant, another))).toEqual(['there are 2 identities, not one']);
    expect(accessFindings(withoutResource(oneTenant, /^\/.*userAssignedIdentities\/[^/]*$/))).toEqual([
      'there are 0 identities, not one',
    ]);
  });

  test('a role under a condition, and one without a scope', () => {
    const type = '"type":"Microsoft.Authorization/roleAssignments"';
    expect(reachFindings(planted(compiled, type, `${type},"condition":"[parameters('x')]"`))).toEqual([
      expect.stringMatching(/assigns a role under a condition$/),
    ]);
    expect(
      reachFindings(
        planted(compiled, new RegExp(`(?<=${type},"apiVersion":"[^"]*",)"scope":`), '"nowhere":'),
      ),
    ).toEqual([expect.stringMatching(/assigns a role on the whole group$/)]);
  });

  test('a module that deploys into another group', () => {
    const type = '"type":"Microsoft.Resources/deployments"';
    expect(reachFindings(planted(compiled, type, `${type},"resourceGroup":"theirs"`))).toEqual([
      expect.stringMatching(/deploys into another resourceGroup$/),
    ]);
  });
});
