import { describe, expect, test } from '@jest/globals';
import { lookAtRights } from '../../../cli/rights/look-at-rights.ts';
import { lackingRights, type TenantRights } from '../../../cli/rights/rights.ts';
import type { RightsFromAfar } from '../../../cli/rights/rights-from-afar.ts';
import { apis } from '../../../shared/permissions.ts';
import type { LogCoverageRow } from '../../../shared/coverage/coverage-store.ts';
import type { SourceName } from '../../../shared/coverage/coverage.ts';
import { contoso, type Failure } from '../../builders/tenant-services.ts';

const now = '2026-03-05T12:00:00.000Z';
const principalId = '99999999-9999-4999-8999-999999999999';
const auditLogRole = 'b0afded3-3588-46d8-8b3d-9842eff778da';
const activityRole = '594c1fb6-4f81-4475-ae41-0c394909246c';
const userWriteRole = '741f803b-c850-494e-b5df-cde7c675a1ca';

type Home = NonNullable<RightsFromAfar['identity']>;

/** The directory of the home tenant, in which the identity holds these app roles. */
function home(held: readonly string[] | Failure, tenantId = contoso.id): Home {
  return {
    tenantId,
    principalId,
    directory: {
      listAppRolesOf: (id) => {
        expect(id).toBe(principalId);
        return Promise.resolve(
          'kind' in held
            ? held
            : {
                kind: 'read',
                value: held.map((appRoleId, index) => ({
                  id: `assignment-${String(index)}`,
                  principalId,
                  resourceId: 'graph-in-this-tenant',
                  appRoleId,
                })),
              },
        );
      },
      findServicePrincipal: (appId) =>
        Promise.resolve({
          kind: 'read',
          value:
            appId === apis.graph.appId
              ? {
                  id: 'graph-in-this-tenant',
                  appId,
                  displayName: 'Microsoft Graph',
                  appRoleAssignmentRequired: false,
                  appRoles: [{ id: userWriteRole, value: 'User.ReadWrite.All' }],
                }
              : undefined,
        }),
    },
  };
}

function row(source: SourceName, changes: Partial<LogCoverageRow>): LogCoverageRow {
  return { tenantId: contoso.id, source, run: 3, first: false, windows: [], gaps: [], ...changes };
}

const collected = (source: SourceName): LogCoverageRow =>
  row(source, { finishedAt: '2026-03-05T11:50:00.000Z' });
const allCollected = [
  collected('entra-directory-audits'),
  collected('activity-azure-active-directory'),
  collected('activity-exchange'),
];

function afar(rows: readonly LogCoverageRow[] | Error, identity?: Home): RightsFromAfar {
  return {
    kind: 'afar',
    homeTenantOnly: identity !== undefined,
    ...(identity === undefined ? {} : { identity }),
    coverage: {
      read: (tenantId, source) => {
        if (rows instanceof Error) return Promise.reject(rows);
        const found = rows.find((one) => one.tenantId === tenantId && one.source === source);
        return Promise.resolve(found && { row: found, version: '1' });
      },
    },
    now,
  };
}

function states(rights: TenantRights): Record<string, string> {
  return Object.fromEntries(rights.permissions.map(({ permission, state }) => [permission.name, state]));
}

function reason(rights: TenantRights, name: string): string {
  return rights.permissions.find(({ permission }) => permission.name === name)?.reason ?? '';
}

function storageRefuses(statusCode: number): Error {
  return Object.assign(new Error('very-secret-address'), { statusCode });
}

describe('the rights of a managed identity, seen in the directory of its tenant', () => {
  test('are what the directory shows', async () => {
    const rights = await lookAtRights(contoso, afar([], home([auditLogRole])));
    expect(states(rights)).toEqual({
      'AuditLog.Read.All': 'granted',
      'ActivityFeed.Read': 'missing',
      'Organization.Read.All': 'missing',
      'ReportSettings.Read.All': 'missing',
    });
    expect(rights.permissions.every(({ seenBy }) => seenBy === 'directory')).toBe(true);
    expect(lackingRights(rights).map(({ permission }) => permission.name)).toEqual(['ActivityFeed.Read']);
    expect(rights.token).toEqual({
      kind: 'later',
      reason: 'the identity gives its token to the app in Azure only, not to this machine',
    });
  });

  test('tell more than needed by name, and by id where nobody knows the name', async () => {
    const unknown = '12345678-1234-4234-8234-123456789012';
    const rights = await lookAtRights(
      contoso,
      afar([], home([auditLogRole, activityRole, userWriteRole, unknown])),
    );
    expect(rights.more).toEqual(['User.ReadWrite.All (writes)', `app role ${unknown}`]);
    expect(lackingRights(rights)).toEqual([]);
  });

  test('exist in its own tenant only: another one needs the federated credential', async () => {
    const rights = await lookAtRights(
      contoso,
      afar(allCollected, home([auditLogRole, activityRole], '22222222-2222-4222-8222-222222222222')),
    );
    expect(lackingRights(rights)).toHaveLength(2);
    expect(reason(rights, 'AuditLog.Read.All')).toContain('GRACEWATCH_CREDENTIAL=federated');
  });

  test('are taken from the last collection where the person may not read the directory, and the role is named', async () => {
    const denied: Failure = {
      kind: 'refused',
      reason: 'Graph answered 403 (Authorization_RequestDenied)',
      status: 403,
      permission: 'Directory Readers',
    };
    const rights = await lookAtRights(contoso, afar(allCollected, home(denied)));
    expect(states(rights)).toMatchObject({ 'AuditLog.Read.All': 'granted', 'ActivityFeed.Read': 'granted' });
    expect(reason(rights, 'AuditLog.Read.All')).toMatch(
      /could not be read .*; you lack Directory Readers\); the collection of 2026-03-05T11:50Z read with it$/,
    );
  });

  test('are unknown, not missing, while the directory is busy and nothing was collected', async () => {
    const busy: Failure = { kind: 'later', reason: 'Graph answered 429' };
    const rights = await lookAtRights(contoso, afar([], home(busy)));
    expect(new Set(Object.values(states(rights)))).toEqual(new Set(['unknown']));
  });
});

describe('the rights of an app that many tenants consented to, seen from another machine', () => {
  test('are what its last collection was told', async () => {
    const rights = await lookAtRights(contoso, afar(allCollected));
    expect(states(rights)).toEqual({
      'AuditLog.Read.All': 'granted',
      'ActivityFeed.Read': 'granted',
      'Organization.Read.All': 'unknown',
      'ReportSettings.Read.All': 'unknown',
    });
    expect(lackingRights(rights)).toEqual([]);
  });

  test('are missing where the last collection was told so', async () => {
    const rights = await lookAtRights(
      contoso,
      afar([
        collected('entra-directory-audits'),
        collected('activity-azure-active-directory'),
        row('activity-exchange', {
          finishedAt: '2026-03-05T11:50:00.000Z',
          failure: {
            at: '2026-03-05T11:55:00.000Z',
            reason: 'the Activity API answered 401 (AF10001)',
            permission: 'ActivityFeed.Read',
          },
        }),
      ]),
    );
    expect(states(rights)).toMatchObject({ 'AuditLog.Read.All': 'granted', 'ActivityFeed.Read': 'missing' });
    expect(reason(rights, 'ActivityFeed.Read')).toBe(
      'since 2026-03-05T11:55Z the collection is told: the Activity API answered 401 (AF10001)',
    );
  });

  test('are missing where the tenant took its consent back', async () => {
    const rights = await lookAtRights(
      contoso,
      afar([
        row('entra-directory-audits', {
          failure: {
            at: '2026-03-05T11:55:00.000Z',
            reason: 'no token: consent was withdrawn (AADSTS7000229)',
          },
        }),
      ]),
    );
    expect(states(rights)['AuditLog.Read.All']).toBe('missing');
    expect(reason(rights, 'AuditLog.Read.All')).toBe(
      'since 2026-03-05T11:55Z the collection fails: no token: consent was withdrawn (AADSTS7000229)',
    );
  });

  test.each([
    ['a collection that failed for another reason', { reason: 'Graph answered 503' }],
    ['a secret that has expired', { reason: 'no token: the client secret has expired (AADSTS7000222)' }],
    [
      'a refusal without a code, as of a proxy',
      { reason: 'Graph answered 403', permission: 'AuditLog.Read.All' },
    ],
    ['a permission of another feature', { reason: 'Graph answered 403', permission: 'User.Read.All' }],
  ])('are unknown after %s', async (_, failure) => {
    const rights = await lookAtRights(
      contoso,
      afar([row('entra-directory-audits', { failure: { at: now, ...failure } })]),
    );
    expect(states(rights)['AuditLog.Read.All']).toBe('unknown');
  });

  test('are missing where the permission went after something else had failed', async () => {
    const failing = row('entra-directory-audits', {
      finishedAt: '2026-03-05T11:50:00.000Z',
      failure: {
        at: '2026-03-05T08:00:00.000Z',
        reason: 'Graph answered 403 (Authorization_RequestDenied)',
        permission: 'AuditLog.Read.All',
      },
    });
    expect(states(await lookAtRights(contoso, afar([failing])))['AuditLog.Read.All']).toBe('missing');
  });

  test('are granted where the collection reads and only some content cannot be read', async () => {
    const partly = row('activity-azure-active-directory', {
      finishedAt: '2026-03-05T11:50:00.000Z',
      failure: { at: '2026-03-05T08:00:00.000Z', reason: '2 pieces of content cannot be read: AF20050' },
    });
    const rights = await lookAtRights(contoso, afar([partly, collected('activity-exchange')]));
    expect(states(rights)['ActivityFeed.Read']).toBe('granted');
  });

  test('are unknown where the last collection is more than a day old', async () => {
    const old = row('entra-directory-audits', { finishedAt: '2026-03-04T11:00:00.000Z' });
    const rights = await lookAtRights(contoso, afar([old]));
    expect(states(rights)['AuditLog.Read.All']).toBe('unknown');
    expect(reason(rights, 'AuditLog.Read.All')).toContain(
      'nothing has been collected since 2026-03-04T11:00Z',
    );
  });

  test('are unknown before the first collection', async () => {
    const rights = await lookAtRights(contoso, afar([row('entra-directory-audits', { first: true })]));
    expect(reason(rights, 'AuditLog.Read.All')).toBe('the first collection has not finished yet');
    expect(reason(rights, 'ActivityFeed.Read')).toMatch(/has collected nothing from the tenant yet$/);
    expect(lackingRights(rights)).toHaveLength(2);
  });

  test('are unknown where the person may not read the storage, and the role is named', async () => {
    const rights = await lookAtRights(contoso, afar(storageRefuses(403)));
    expect(states(rights)['AuditLog.Read.All']).toBe('unknown');
    expect(reason(rights, 'AuditLog.Read.All')).toContain('you lack Storage Table Data Reader');
    expect(JSON.stringify(rights)).not.toContain('very-secret');
  });

  test('are unknown where the storage does not answer', async () => {
    const rights = await lookAtRights(contoso, afar(storageRefuses(500)));
    expect(states(rights)['AuditLog.Read.All']).toBe('unknown');
    expect(JSON.stringify(rights)).not.toContain('very-secret');
  });
});
