import { readToken, type TokenFor } from '../../shared/adapters/credentials.ts';
import type { TenantSettings } from '../../shared/config.ts';
import {
  type ApiName,
  type FeaturePermission,
  featurePermissions,
  type PermissionName,
} from '../../shared/permissions.ts';
import type { ActivityApi, Graph, ReadOutcome } from '../../shared/ports.ts';
import { grantsNothing } from '../../shared/tenants/token-refusal.ts';
import { moreThanNeeded } from './more-than-needed.ts';
import type { PermissionRight, TenantRights } from './rights.ts';
import { rolesInToken } from './token-roles.ts';

/** The app's own credential is on this machine: each permission is tried with one cheap call. */
export interface RightsByCall {
  kind: 'own';
  tokenFor: TokenFor;
  graph: Graph;
  activity: Pick<ActivityApi, 'listSubscriptions'>;
  /** Origins of the APIs, which are also the audiences of their tokens. */
  endpoints: Readonly<Record<ApiName, string>>;
}

type Failure = Exclude<ReadOutcome<never>, { kind: 'read' }>;
type Refusal = Extract<Failure, { kind: 'refused' }>;
type Call = (tenantId: string, apis: RightsByCall) => Promise<ReadOutcome<unknown>>;

const calls: Readonly<Record<PermissionName, Call>> = {
  'AuditLog.Read.All': (tenantId, { graph }) => graph.readPage(tenantId, '/auditLogs/directoryAudits?$top=1'),
  'ActivityFeed.Read': (tenantId, { activity }) => activity.listSubscriptions(tenantId),
  'Organization.Read.All': (tenantId, { graph }) => graph.readPage(tenantId, '/subscribedSkus?$select=id'),
  'ReportSettings.Read.All': (tenantId, { graph }) => graph.readObject(tenantId, '/admin/reportSettings'),
};

export async function rightsByCall(tenant: TenantSettings, ports: RightsByCall): Promise<TenantRights> {
  const { tokenFor, endpoints } = ports;
  const tokens: Record<ApiName, ReadOutcome<string>> = {
    graph: await readToken(tokenFor, tenant.id, `${endpoints.graph}/.default`),
    activity: await readToken(tokenFor, tenant.id, `${endpoints.activity}/.default`),
  };
  const permissions: PermissionRight[] = [];
  for (const entry of featurePermissions) {
    const { api, name } = entry.permission;
    const token = tokens[api];
    permissions.push(
      token.kind === 'read'
        ? afterCall(entry, rolesInToken(token.value), await calls[name](tenant.id, ports))
        : withoutToken(entry, token),
    );
  }
  const roles = Object.values(tokens).flatMap((token) =>
    token.kind === 'read' ? (rolesInToken(token.value) ?? []) : [],
  );
  return { tenant, token: told(tokens), permissions, more: moreThanNeeded(roles) };
}

/** A refusal tells more than a wait, and one token for all less than the reasons of the permissions. */
function told(tokens: Record<ApiName, ReadOutcome<string>>): TenantRights['token'] {
  const failures = Object.values(tokens).filter((token) => token.kind !== 'read');
  const worst = failures.find(({ kind }) => kind === 'refused') ?? failures[0];
  if (worst === undefined) return { kind: 'read' };
  const { kind, reason } = worst;
  return kind === 'refused' && worst.code !== undefined
    ? { kind, reason, code: worst.code }
    : { kind, reason };
}

function withoutToken({ feature, permission }: FeaturePermission, token: Failure): PermissionRight {
  const { reason } = token;
  return token.kind === 'refused' && token.code !== undefined && grantsNothing(token.code)
    ? { feature, permission, state: 'missing', reason, seenBy: 'token' }
    : { feature, permission, state: 'unknown', reason, seenBy: 'nothing' };
}

/**
 * The call decides; what the token carries only explains it. A role in the token may be of no use (no licence, logging switched
 * off), and a token without it may be older than the grant or have a wider one.
 */
function afterCall(
  { feature, permission }: FeaturePermission,
  roles: readonly string[] | undefined,
  outcome: ReadOutcome<unknown>,
): PermissionRight {
  const carried = roles?.includes(permission.name);
  const { state, reason } = judged(outcome, carried, roles ?? []);
  const seenBy = state !== 'unknown' ? 'call' : carried === true ? 'token' : 'nothing';
  return { feature, permission, state, reason, seenBy };
}

type Judgement = Pick<PermissionRight, 'state' | 'reason'>;

function judged(
  outcome: ReadOutcome<unknown>,
  carried: boolean | undefined,
  roles: readonly string[],
): Judgement {
  switch (outcome.kind) {
    case 'read':
      return { state: 'granted', reason: carried === false ? standIn(roles) : 'a call with it was answered' };
    case 'later': {
      const held = carried === true ? '; the token carries it' : '';
      return { state: 'unknown', reason: `${outcome.reason}: try again${held}` };
    }
    case 'refused':
      return afterRefusal(outcome, carried);
  }
}

function afterRefusal(refusal: Refusal, carried: boolean | undefined): Judgement {
  const { reason, status, code = '', permission } = refusal;
  const other = otherCauses[code];
  if (other !== undefined) return { state: 'unknown', reason: `${reason}: ${other}` };
  if (code === 'AF10001') return { state: 'missing', reason };
  if (carried === true) return { state: 'unknown', reason: `${reason}, although the token carries it` };
  if (status === 401)
    return {
      state: 'missing',
      reason: `${reason}: the tenant gave no consent, or has removed the application`,
    };
  // The codes of the Activity API that speak of anything else come with 403 too (FACTS 7.3).
  if (permission !== undefined || (status === 403 && !code.startsWith('AF')))
    return { state: 'missing', reason };
  return { state: 'unknown', reason: `${reason}, which says nothing of the permission` };
}

function standIn(roles: readonly string[]): string {
  const wider = moreThanNeeded(roles);
  const what = wider.length === 0 ? '' : `: something wider stands in (${wider.join(', ')})`;
  return `a call was answered, although the token does not carry it${what}`;
}

/** FACTS 7.1: so answers a tenant whose unified audit logging is off, or was switched on within the hour. */
const loggingOff =
  'unified audit logging seems to be off in the tenant: purview.microsoft.com > Audit > Start recording';

/** Refusals that look like a missing permission and are none. */
const otherCauses: Readonly<Record<string, string>> = {
  // Graph found no licence of the tenant, or could not look for one: it is known to answer so by chance too.
  Authentication_RequestFromNonPremiumTenantOrB2CTenant:
    'Graph takes the tenant for one without Entra ID P1; try again, then look at its licences',
  AF20011: loggingOff,
  AF20012: loggingOff,
};
