import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { readToken, type TokenFor } from '../../shared/adapters/credentials.ts';
import type { TenantSettings } from '../../shared/config.ts';
import {
  type ApiName,
  type FeaturePermission,
  featurePermissions,
  type PermissionName,
} from '../../shared/permissions.ts';
import type { ActivityApi } from '../../shared/services/activity-api.ts';
import type { Graph } from '../../shared/services/graph.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import { grantsNothing } from '../../shared/tenants/token-refusal.ts';
import { applicationIsAbsent, noActivityFeed, saysMissing } from './missing-codes.ts';
import { moreThanNeeded } from './more-than-needed.ts';
import type { PermissionRight, TenantRights } from './rights.ts';

/** A look takes pages and things one by one. */
export type LookedAtGraph = Pick<Graph, 'readPage' | 'readObject'>;

/** The app's own credential is on this machine: each permission is tried with one cheap call. */
export interface RightsByCall {
  kind: 'own';
  tokenFor: TokenFor;
  graph: LookedAtGraph;
  activity: Pick<ActivityApi, 'listSubscriptions'>;
  /** Origins of the APIs, which are also the audiences of their tokens. */
  endpoints: Readonly<Record<ApiName, string>>;
  /** Until a service may be asked again. */
  pause?: (milliseconds: number) => Promise<unknown>;
}

type Failure = Exclude<ReadOutcome<never>, { kind: 'read' }>;
type Refusal = Extract<Failure, { kind: 'refused' }>;
type Call = (tenantId: string, apis: RightsByCall) => Promise<ReadOutcome<unknown>>;

const calls: Readonly<Record<PermissionName, Call>> = {
  'AuditLog.Read.All': (tenantId, { graph }) => graph.readPage(tenantId, '/auditLogs/directoryAudits?$top=1'),
  'ActivityFeed.Read': (tenantId, { activity }) => activity.listSubscriptions(tenantId),
  'Organization.Read.All': (tenantId, { graph }) => graph.readPage(tenantId, '/subscribedSkus?$select=id'),
  'ReportSettings.Read.All': async (tenantId, { graph }) => {
    const settings = await graph.readObject(tenantId, '/admin/reportSettings');
    if (settings.kind !== 'read' || typeof settings.value['displayConcealedNames'] === 'boolean')
      return settings;
    return { kind: 'refused', reason: 'Graph answered report settings without the one that was asked for' };
  },
};

/** A service that says when it may be asked again is asked once more, where somebody at a command line waits so long. */
const longestPauseSeconds = 10;

async function callOf(
  name: PermissionName,
  tenantId: string,
  ports: RightsByCall,
): Promise<ReadOutcome<unknown>> {
  const { pause = wait } = ports;
  const outcome = await calls[name](tenantId, ports);
  if (outcome.kind !== 'later' || outcome.afterSeconds === undefined) return outcome;
  if (outcome.afterSeconds > longestPauseSeconds) return outcome;
  await pause(outcome.afterSeconds * 1000);
  return calls[name](tenantId, ports);
}

export async function rightsByCall(tenant: TenantSettings, ports: RightsByCall): Promise<TenantRights> {
  const { tokenFor, endpoints } = ports;
  const [graph, activity] = await Promise.all([
    readToken(tokenFor, tenant.id, `${endpoints.graph}/.default`),
    readToken(tokenFor, tenant.id, `${endpoints.activity}/.default`),
  ]);
  const tokens: Record<ApiName, ReadOutcome<string>> = { graph, activity };
  const permissions: PermissionRight[] = [];
  let isAbsent = false;
  for (const entry of featurePermissions) {
    const { api, name } = entry.permission;
    const token = tokens[api];
    if (token.kind !== 'read') {
      permissions.push(withoutToken(entry, token));
      continue;
    }
    const outcome = await callOf(name, tenant.id, ports);
    isAbsent ||= outcome.kind === 'refused' && outcome.code === applicationIsAbsent;
    permissions.push(afterCall(entry, rolesInToken(token.value), outcome, isAbsent));
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
  const unknown = { feature, permission, state: 'unknown', reason, seenBy: 'nothing' } as const;
  if (token.kind !== 'refused' || token.code === undefined) return unknown;
  const { code } = token;
  return grantsNothing(code) ? { ...unknown, state: 'missing', code, seenBy: 'token' } : { ...unknown, code };
}

/**
 * The call decides; what the token carries only explains it. A role in the token may be of no use (no licence, logging switched
 * off), and a token without it may be older than the grant or have a wider one.
 */
function afterCall(
  { feature, permission }: FeaturePermission,
  roles: readonly string[] | undefined,
  outcome: ReadOutcome<unknown>,
  isAbsent: boolean,
): PermissionRight {
  const carried = roles?.includes(permission.name);
  const { state, reason } = judged(outcome, carried, roles ?? [], isAbsent);
  const seenBy = state !== 'unknown' ? 'call' : carried === true ? 'token' : 'nothing';
  return { feature, permission, state, reason, seenBy };
}

type Judgement = Pick<PermissionRight, 'state' | 'reason'>;

function judged(
  outcome: ReadOutcome<unknown>,
  carried: boolean | undefined,
  roles: readonly string[],
  isAbsent: boolean,
): Judgement {
  switch (outcome.kind) {
    case 'read':
      return { state: 'granted', reason: carried === false ? standIn(roles) : 'a call with it was answered' };
    case 'later': {
      const held = carried === true ? '; the token carries it' : '';
      return { state: 'unknown', reason: `${outcome.reason}: try again${held}` };
    }
    case 'refused':
      return afterRefusal(outcome, carried, isAbsent);
  }
}

/** Missing is only what the service itself calls so, by a code: a proxy answers 401 and 403 as well (law 3). */
function afterRefusal(refusal: Refusal, carried: boolean | undefined, isAbsent: boolean): Judgement {
  const { reason, status, code = '' } = refusal;
  const other = otherCauses[code];
  if (other !== undefined) return { state: 'unknown', reason: `${reason}: ${other}` };
  if (code === noActivityFeed) return { state: 'missing', reason };
  if (status === 401 && code !== applicationIsAbsent)
    return { state: 'unknown', reason: unbelieved(reason, isAbsent) };
  if (carried === true) return { state: 'unknown', reason: `${reason}, although the token carries it` };
  if (code === applicationIsAbsent)
    return {
      state: 'missing',
      reason: `${reason}: the tenant gave no consent, or has removed the application`,
    };
  if (saysMissing(code)) return { state: 'missing', reason };
  return { state: 'unknown', reason: `${reason}, which says nothing of the permission` };
}

function unbelieved(reason: string, isAbsent: boolean): string {
  return isAbsent
    ? `${reason}; Graph says that the application is not in the tenant`
    : `${reason}: the token was not believed, which says nothing of the permission; look at this machine's clock and at the endpoints, which are the audiences`;
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

const claimsSchema = z.object({ roles: z.array(z.string()).default([]) });

/**
 * The application permissions that an access token says it carries; undefined where it is no JWT, as with credential `none`.
 * Its signature is not checked: this explains what a call came to and decides nothing.
 */
function rolesInToken(token: string): string[] | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return claimsSchema.safeParse(json).data?.roles;
  } catch {
    return undefined;
  }
}
