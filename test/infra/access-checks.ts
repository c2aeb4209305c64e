import {
  at,
  type Json,
  lastPart,
  ofType,
  type Resource,
  type Snapshot,
  type Template,
  templatesIn,
  textAt,
} from './template.ts';

/** Every right of the app (FACTS 11.8), by the resource on which it has it. There is no other. */
const rights: [role: string, id: string, on: string][] = [
  ['Storage Blob Data Owner', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b', 'Microsoft.Storage/storageAccounts'],
  [
    'Storage Queue Data Contributor',
    '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
    'Microsoft.Storage/storageAccounts',
  ],
  [
    'Storage Table Data Contributor',
    '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
    'Microsoft.Storage/storageAccounts',
  ],
  ['Key Vault Secrets User', '4633458b-17de-408a-b874-0445c86b69e6', 'Microsoft.KeyVault/vaults'],
  ['Monitoring Metrics Publisher', '3913510d-42f4-4e42-8a64-420c390055eb', 'Microsoft.Insights/components'],
];

const assignmentType = 'Microsoft.Authorization/roleAssignments';

/** The role assignments of a deployment are the listed ones, to its one identity, each on a resource of this deployment. */
export function accessFindings(snapshot: Snapshot): string[] {
  const identities = ofType(snapshot, 'Microsoft.ManagedIdentity/userAssignedIdentities');
  const [identity] = identities;
  if (identity === undefined || identities.length > 1)
    return [`there are ${identities.length} identities, not one`];
  const assignments = ofType(snapshot, assignmentType);
  const given = assignments.map((assignment) => rightOf(assignment, snapshot));
  const due = rights.map(([role, , on]) => `${role} on ${on}`);
  return [
    ...due.filter((right) => !given.includes(right)).map((right) => `${right} is missing`),
    ...given
      .filter((right, index) => !due.includes(right) || given.indexOf(right) < index)
      .map((right) => `${right} is too much`),
    ...assignments.flatMap((assignment) => strangerFindings(assignment, identity)),
    ...ofType(snapshot, 'Microsoft.Web/sites').flatMap((site) => wornFindings(site, identity)),
  ];
}

/** Such as `Storage Blob Data Owner on Microsoft.Storage/storageAccounts`; names role or scope by id where they are none of ours. */
function rightOf(assignment: Resource, snapshot: Snapshot): string {
  const id = lastPart(textAt(assignment, 'properties', 'roleDefinitionId'));
  const [role] = rights.find((right) => right[1] === id) ?? [`role ${id}`];
  const scope = scopeOf(assignment.id);
  const resource = snapshot.predictedResources.find((candidate) => candidate.id === scope);
  return `${role} on ${resource?.type ?? (scope === '' ? 'the resource group or more' : `${scope}, which is not of this deployment`)}`;
}

/** What an assignment's id extends; empty for an assignment on the group, the subscription or above. */
function scopeOf(id: string): string {
  const scope = id.slice(0, Math.max(0, id.indexOf('/providers/Microsoft.Authorization/')));
  return scope.includes('/providers/') ? scope : '';
}

function strangerFindings(assignment: Resource, identity: Resource): string[] {
  const principal = textAt(assignment, 'properties', 'principalId');
  return principal.startsWith(`[reference('${identity.id}'`) && principal.endsWith(').principalId]')
    ? []
    : [`a role assignment is for ${principal}, not for the identity of the app`];
}

function wornFindings(site: Resource, identity: Resource): string[] {
  const worn = Object.keys((at(site, 'identity', 'userAssignedIdentities') as Json | undefined) ?? {});
  return at(site, 'identity', 'type') === 'UserAssigned' && worn.join() === identity.id
    ? []
    : [`${site.name} must have the one identity and no other`];
}

/** What no snapshot would show: an assignment under a condition that none of them meets, or a deployment into another scope. */
export function reachFindings(template: Template): string[] {
  return templatesIn(template).flatMap(([name, { resources }]) =>
    Object.entries(resources).flatMap(([symbol, resource]) => {
      const elsewhere = ['subscriptionId', 'resourceGroup'].filter((key) => resource[key] !== undefined);
      const assignment = resource['type'] === assignmentType;
      return [
        ...elsewhere.map((key) => `${name}/${symbol} deploys into another ${key}`),
        ...(assignment && resource['scope'] === undefined
          ? [`${name}/${symbol} assigns a role on the whole group`]
          : []),
        ...(assignment && resource['condition'] !== undefined
          ? [`${name}/${symbol} assigns a role under a condition`]
          : []),
      ];
    }),
  );
}
