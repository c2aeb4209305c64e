import { type Answer, type Call, tenantOfToken } from './answer.ts';
import type { AuditLogs, TenantLogs } from './audit-logs.ts';
import type { Conditions, TenantConditions } from './conditions.ts';
import { directoryAudits } from './directory-audits.ts';
import { answerDirectory } from './directory/answers.ts';
import type { Directories } from './directory/directory.ts';
import { granted } from './directory/watching-identity.ts';
import { graphError, methodNotAllowed } from './graph-error.ts';
import { limitRequests } from './request-limit.ts';
import { organization, reportSettings, subscribedSkus } from './tenant-facts.ts';

export interface GraphParts {
  logs: AuditLogs;
  directories: Directories;
  conditions: Conditions;
  now: () => number;
}

/** What the watching identity reads: with any one of these permissions. */
interface Reading {
  permissions: readonly string[];
  /** How a call without one is refused; the audit log has words of its own. */
  refusal: { code: string; message: string };
  answer: (call: Call, tenant: TenantLogs, conditions: TenantConditions, at: number) => Answer;
}

/** The part of Microsoft Graph that the product reads, and the directory in which its commands set it up. */
export function createGraph({ logs, directories, conditions, now }: GraphParts): (call: Call) => Answer {
  // FACTS 9: audit logs allow 5 requests in 10 seconds an application and tenant, 122 an application.
  const tenantLimit = limitRequests(5, 10, now);
  const applicationLimit = limitRequests(122, 10, now);

  const readings: Readonly<Record<string, Reading>> = {
    '/v1.0/auditLogs/directoryAudits': {
      // Directory.Read.All is listed for it as well (FACTS 6.1), but people report that it is not enough by itself.
      permissions: ['AuditLog.Read.All'],
      refusal: {
        code: 'Authentication_MSGraphPermissionMissing',
        message: 'Calling principal does not have required MSGraph permissions AuditLog.Read.All',
      },
      answer(call, tenant, { premium }, at) {
        const wait = tenantLimit(tenant.tenant.id) ?? applicationLimit('');
        if (wait === undefined) return directoryAudits(call, tenant, premium, at);
        const refused = graphError(429, 'TooManyRequests', 'Too Many Requests', at);
        return { ...refused, headers: { ...refused.headers, 'retry-after': String(wait) } };
      },
    },
    '/v1.0/organization': {
      permissions: ['Organization.Read.All', 'Directory.Read.All'],
      refusal: insufficientPrivileges,
      answer: (call, { tenant }, _conditions, at) => organization(call, tenant, at),
    },
    '/v1.0/subscribedSkus': {
      permissions: ['LicenseAssignment.Read.All', 'Organization.Read.All', 'Directory.Read.All'],
      refusal: insufficientPrivileges,
      answer: (call, { tenant }, { premium }, at) => subscribedSkus(call, tenant, premium, at),
    },
    '/v1.0/admin/reportSettings': {
      permissions: ['ReportSettings.Read.All', 'ReportSettings.ReadWrite.All'],
      refusal: insufficientPrivileges,
      answer: (call, _tenant, { concealedNames }) => reportSettings(call, concealedNames),
    },
  };

  return (call) => {
    const at = now();
    const token = tenantOfToken(call.authorization);
    const tenant = token === undefined ? undefined : logs.of(token);
    if (tenant === undefined) return refuseToken(call, token, at);
    const directory = directories.of(tenant.tenant);
    const administered = answerDirectory(call, directory, directories, at);
    if (administered !== undefined) return administered;

    const state = conditions.of(tenant.tenant.id);
    if (!state.consent) return withoutConsent(at);
    if (call.method !== 'GET') return methodNotAllowed(at);
    const reading = readings[call.path];
    if (reading === undefined) {
      return graphError(400, 'BadRequest', 'Resource not found for the segment.', at);
    }
    const held = granted(directory);
    const { code, message } = reading.refusal;
    return reading.permissions.some((permission) => held.includes(permission))
      ? reading.answer(call, tenant, state, at)
      : graphError(403, code, message, at);
  };
}

const insufficientPrivileges = {
  code: 'Authorization_RequestDenied',
  message: 'Insufficient privileges to complete the operation.',
};

function refuseToken(call: Call, token: string | undefined, at: number): Answer {
  const message =
    call.authorization === undefined
      ? 'Access token is empty.'
      : token === undefined
        ? 'IDX14100: JWT is not well formed; the simulated tenant accepts none:{tenantId}.'
        : 'The identity of the calling application could not be established: no such tenant.';
  return graphError(401, 'InvalidAuthenticationToken', message, at);
}

/**
 * In life no token is issued for such a tenant. Here the token is the tenant's name and cannot be refused, so Graph answers as it does for
 * an application that is not in the tenant.
 */
function withoutConsent(at: number): Answer {
  const message = 'The identity of the calling application could not be established.';
  return graphError(401, 'Authorization_IdentityNotFound', message, at);
}
