import { statusOf } from '../../shared/adapters/storage.ts';
import type { TenantSettings } from '../../shared/config.ts';
import { type FeaturePermission, featurePermissions } from '../../shared/permissions.ts';
import type { LogCoverageRow, CoverageStore } from '../../shared/coverage/coverage-store.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { grantsNothing, tokenRefusalCode } from '../../shared/tenants/token-refusal.ts';
import type { AppRoleAssignment, Directory } from '../directory/directory.ts';
import { codeInReason, saysMissing } from './missing-codes.ts';
import { moreThanNeeded } from './more-than-needed.ts';
import { permissionNames } from './permission-names.ts';
import type { PermissionRight, TenantRights } from './rights.ts';

/** The app runs in Azure, so its token is not to be had here: its directory and its last collection are asked, as the person. */
export interface RightsFromAfar {
  kind: 'afar';
  /** Only for a managed identity, whose rights stand in the directory of its own tenant. */
  identity?: {
    tenantId: string;
    principalId: string;
    directory: Pick<Directory, 'listAppRolesOf' | 'findServicePrincipal'>;
  };
  /** Whether the app acts as its managed identity, which exists in no other tenant. */
  homeTenantOnly: boolean;
  /** Undefined where the settings of the app name no storage that could be asked. */
  coverage?: Pick<CoverageStore, 'read'>;
  /** ISO 8601. */
  now: string;
}

const token = {
  kind: 'later',
  reason: 'the identity gives its token to the app in Azure only, not to this machine',
} as const;

/** A collection runs every few minutes; what one read longer ago than this says nothing of today. */
const freshForMilliseconds = 24 * 60 * 60 * 1000;

type Seen = Pick<PermissionRight, 'state' | 'reason' | 'code' | 'seenBy'>;

export async function rightsFromAfar(tenant: TenantSettings, ports: RightsFromAfar): Promise<TenantRights> {
  const { identity, homeTenantOnly } = ports;
  if (homeTenantOnly && identity !== undefined && identity.tenantId !== tenant.id) {
    const reason = `a managed identity has rights in its own tenant (${identity.tenantId}) only: others need GRACEWATCH_CREDENTIAL=federated`;
    return {
      tenant,
      token,
      more: [],
      permissions: allSeen({ state: 'missing', reason, seenBy: 'directory' }),
    };
  }
  let unread = '';
  if (identity !== undefined) {
    const held = await identity.directory.listAppRolesOf(identity.principalId);
    if (held.kind === 'read') {
      const permissions = featurePermissions.map((entry) => ({
        ...entry,
        ...inDirectory(entry, held.value),
      }));
      const granted = await permissionNames(held.value, identity.directory);
      return { tenant, token, permissions, more: moreThanNeeded(granted) };
    }
    unread = `${unreadDirectory(held)}; `;
  }
  const permissions: PermissionRight[] = [];
  for (const entry of featurePermissions) {
    const seen = await inCollection(tenant.id, entry, ports);
    permissions.push({ ...entry, ...seen, reason: `${unread}${seen.reason}` });
  }
  return { tenant, token, permissions, more: [] };
}

function allSeen(seen: Seen): PermissionRight[] {
  return featurePermissions.map((entry) => ({ ...entry, ...seen }));
}

function inDirectory({ permission }: FeaturePermission, held: readonly AppRoleAssignment[]): Seen {
  return held.some(({ appRoleId }) => appRoleId === permission.appRoleId)
    ? { state: 'granted', reason: 'granted in the directory', seenBy: 'directory' }
    : { state: 'missing', reason: 'not granted in the directory', seenBy: 'directory' };
}

function unreadDirectory(outcome: Exclude<ReadOutcome<never>, { kind: 'read' }>): string {
  const role = outcome.kind === 'refused' ? outcome.permission : undefined;
  return `the directory could not be read (${outcome.reason}${role === undefined ? '' : `; you lack ${role}`})`;
}

/** What the last collection said of a permission: it was made with it, or was told that it is missing. */
async function inCollection(
  tenantId: string,
  { feature, permission }: FeaturePermission,
  { coverage, now }: RightsFromAfar,
): Promise<Seen> {
  if (feature.sources.length === 0) {
    return nothing('only the app can see it: this permission feeds no collection that could tell');
  }
  if (coverage === undefined) {
    return nothing(
      'this machine cannot see it, and the storage settings of the app are wrong, so that its last collection cannot be asked',
    );
  }
  let last: Seen = nothing(
    'this machine cannot see it, and the app has collected nothing from the tenant yet',
  );
  for (const source of feature.sources) {
    let row: LogCoverageRow | undefined;
    try {
      row = (await coverage.read(tenantId, source))?.row;
    } catch (error) {
      return nothing(`this machine cannot see it, and ${unreadStorage(error)}`);
    }
    if (row === undefined) continue;
    const seen = inRow(row, permission.name, now);
    if (seen.state === 'missing') return seen;
    if (last.state !== 'granted') last = seen;
  }
  return last;
}

/** A success clears what failed before it, so a failure that speaks of rights is newer than whatever was read. */
function inRow({ failure, finishedAt }: LogCoverageRow, permission: string, now: string): Seen {
  const since = failure === undefined ? '' : `since ${minuteOf(failure.at)} the collection`;
  if (failure?.permission === permission && saysMissing(codeInReason(failure.reason))) {
    return { state: 'missing', reason: `${since} is told: ${failure.reason}`, seenBy: 'call' };
  }
  const code = failure === undefined ? undefined : tokenRefusalCode(failure.reason);
  if (failure !== undefined && code !== undefined) {
    const reason = `${since} fails: ${failure.reason}`;
    return grantsNothing(code)
      ? { state: 'missing', reason, code, seenBy: 'call' }
      : { ...nothing(reason), code };
  }
  if (finishedAt !== undefined && Date.parse(now) - Date.parse(finishedAt) <= freshForMilliseconds) {
    return {
      state: 'granted',
      reason: `the collection of ${minuteOf(finishedAt)} read with it`,
      seenBy: 'call',
    };
  }
  if (failure !== undefined) return nothing(`${since} fails: ${failure.reason}`);
  return nothing(
    finishedAt === undefined
      ? 'the first collection has not finished yet'
      : `nothing has been collected since ${minuteOf(finishedAt)}, when it was read with`,
  );
}

function minuteOf(at: string): string {
  return `${at.slice(0, 16)}Z`;
}

function unreadStorage(error: unknown): string {
  return statusOf(error) === 403
    ? 'you may not read what the last collection said: you lack Storage Table Data Reader on the storage account of the app'
    : 'the storage of the app could not be reached to read what the last collection said';
}

function nothing(reason: string): Seen {
  return { state: 'unknown', reason, seenBy: 'nothing' };
}
