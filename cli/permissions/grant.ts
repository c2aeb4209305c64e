import { setTimeout as wait } from 'node:timers/promises';
import {
  type ApiName,
  apis,
  type FeatureName,
  type FeaturePermission,
  wantedPermissions,
} from '../../shared/permissions.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { AppRoleAssignment, Directory } from '../directory/directory.ts';
import { type Failure, failureWords } from '../directory/failure-words.ts';
import { plainName } from '../terminal/plain-words.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { moreThanNeeded } from '../rights/more-than-needed.ts';
import { permissionNames } from '../rights/permission-names.ts';

/** Whom to grant what. */
export interface GrantRequest {
  /** Object id of the managed identity. */
  principalId: string;
  /** The tenant of the identity, which is the directory's. */
  tenantId: string;
  optional: readonly FeatureName[];
  /** Without it nothing is changed. */
  yes: boolean;
  /** Origin of Graph, for the command that withdraws. */
  graphEndpoint: string;
}

export interface GrantPorts {
  directory: Pick<
    Directory,
    'listAppRolesOf' | 'findServicePrincipal' | 'createServicePrincipal' | 'assignAppRole'
  >;
  terminal: Terminal;
  /** Between two looks at what the directory shows. */
  pause?: (milliseconds: number) => Promise<unknown>;
}

/** A directory shows what was written to it a little later. */
const looks = { most: 5, milliseconds: 2000 };

/**
 * Grants the identity what it lacks, with the rights of the person. Grants nothing twice and removes nothing; what cannot be
 * granted stops nothing else. Gives the exit code: 0 all is there (or would be), 1 something is not.
 */
export async function grantPermissions(request: GrantRequest, ports: GrantPorts): Promise<0 | 1> {
  const { principalId, tenantId, optional, yes } = request;
  const { directory, terminal } = ports;
  const held = await directory.listAppRolesOf(principalId);
  if (held.kind !== 'read') {
    terminal.err(`gracewatch permissions grant: ${unreadIdentity(request, held)}\n`);
    return 1;
  }
  const wanted = wantedPermissions(optional);
  const lacking = wanted.filter((entry) => !holds(held.value, entry));
  await terminal.out(`The managed identity ${principalId} in tenant ${tenantId}\n`);
  await terminal.out(
    lines(
      'has',
      wanted.filter((entry) => !lacking.includes(entry)),
    ),
  );
  if (yes && lacking.length > 0) return carryOut(lacking, request, ports);
  await terminal.out(lines('would grant', lacking));
  await terminal.out(await moreLines(request, held.value, directory));
  await terminal.out(
    lacking.length === 0
      ? 'Nothing is missing, nothing was changed.\n'
      : 'Nothing was changed: --yes grants it.\n',
  );
  return 0;
}

/** Grants what is lacking, and believes only what the directory shows afterwards. */
async function carryOut(
  lacking: readonly FeaturePermission[],
  request: GrantRequest,
  ports: GrantPorts,
): Promise<0 | 1> {
  const { directory, terminal } = ports;
  const failures = await grantEach(lacking, request, directory);
  const after = await shown(lacking, failures, request, ports);
  const absent = lacking.filter((entry) => !holds(after, entry));
  await terminal.out(
    lines(
      'granted',
      lacking.filter((entry) => !absent.includes(entry)),
    ),
  );
  await terminal.out(lines('not granted', absent));
  for (const entry of absent) {
    const why = failures.get(entry) ?? unshown;
    terminal.err(`gracewatch permissions grant: ${entry.permission.name}: ${why}\n`);
  }
  await terminal.out(await moreLines(request, after, directory));
  if (absent.length > 0) return 1;
  await terminal.out(patience);
  return 0;
}

function lines(word: string, entries: readonly FeaturePermission[]): string {
  return entries
    .map(
      ({ feature, permission: { api, name } }) =>
        `  ${word.padEnd(12)} ${name.padEnd(24)} ${apis[api].title}, for: ${feature.title}\n`,
    )
    .join('');
}

const unshown = 'the directory took it and does not show it yet: run the command again in a minute';
const patience =
  'All is granted. A token that the app already has lacks it until it is renewed, which Azure does within a day.\n';

function holds(held: readonly AppRoleAssignment[], { permission }: FeaturePermission): boolean {
  return held.some(({ appRoleId }) => appRoleId === permission.appRoleId);
}

/** Why each permission that could not be granted was not. */
async function grantEach(
  lacking: readonly FeaturePermission[],
  { principalId }: GrantRequest,
  directory: GrantPorts['directory'],
): Promise<Map<FeaturePermission, string>> {
  const failures = new Map<FeaturePermission, string>();
  for (const entry of lacking) {
    const { api, appRoleId } = entry.permission;
    const resource = await resourceOf(api, directory);
    if (resource.kind !== 'read') {
      failures.set(entry, failureWords(resource));
      continue;
    }
    const outcome = await directory.assignAppRole({ principalId, resourceId: resource.value, appRoleId });
    if (outcome.kind !== 'read') failures.set(entry, failureWords(withRole(outcome, apis[api].grantedBy)));
  }
  return failures;
}

/** The least role that may grant a permission of this API, where the directory names one that may grant any. */
function withRole(failure: Failure, role: string): Failure {
  return failure.kind === 'refused' && failure.status === 403 ? { ...failure, permission: role } : failure;
}

/** Object id of the API in this directory; one that nobody has used yet is made known to it. */
async function resourceOf(api: ApiName, directory: GrantPorts['directory']): Promise<ReadOutcome<string>> {
  const { appId } = apis[api];
  const found = await directory.findServicePrincipal(appId);
  if (found.kind !== 'read') return found;
  if (found.value !== undefined) return { kind: 'read', value: found.value.id };
  const made = await directory.createServicePrincipal(appId);
  return made.kind === 'read' ? { kind: 'read', value: made.value.id } : made;
}

/** What the directory shows, once it shows all that was taken or has been asked often enough; nothing where it cannot be read. */
async function shown(
  lacking: readonly FeaturePermission[],
  failures: ReadonlyMap<FeaturePermission, string>,
  { principalId }: GrantRequest,
  { directory, pause = wait }: GrantPorts,
): Promise<AppRoleAssignment[]> {
  const taken = lacking.filter((entry) => !failures.has(entry));
  let after: AppRoleAssignment[] = [];
  for (let look = 1; look <= looks.most; look += 1) {
    const read = await directory.listAppRolesOf(principalId);
    if (read.kind === 'read') after = read.value;
    if (read.kind === 'read' && taken.every((entry) => holds(read.value, entry))) break;
    if (look < looks.most) await pause(looks.milliseconds);
  }
  return after;
}

function unreadIdentity({ principalId, tenantId }: GrantRequest, outcome: Failure): string {
  if (outcome.kind === 'refused' && outcome.status === 404) {
    return `no identity ${principalId} in tenant ${tenantId}: it takes the object (principal) id, not the client id`;
  }
  return `what the identity has could not be read: ${failureWords(outcome)}`;
}

/** What the identity has besides, with the command that takes it away: this command never does. */
async function moreLines(
  { principalId, graphEndpoint, tenantId }: GrantRequest,
  held: readonly AppRoleAssignment[],
  directory: GrantPorts['directory'],
): Promise<string> {
  const lines: string[] = [];
  for (const assignment of held) {
    const [more] = moreThanNeeded(await permissionNames([assignment], directory));
    if (more === undefined) continue;
    const url = `${graphEndpoint}/v1.0/servicePrincipals/${principalId}/appRoleAssignments/${plainName(assignment.id)}`;
    lines.push(`  ${plainName(more)}`, `    az rest --method DELETE --url '${url}'`);
  }
  if (lines.length === 0) return '';
  return [
    `More than Gracewatch needs; to take it away (signed in with az login --tenant ${tenantId}):`,
    ...lines,
    '',
  ].join('\n');
}
