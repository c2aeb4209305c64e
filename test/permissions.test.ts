import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resourceApis } from '../dev/tenant/directory/app-roles.ts';
import { permissionsPage } from '../scripts/make-permissions.ts';
import {
  apis,
  features,
  featurePermissions,
  permissionToRead,
  roleToGrant,
  wantedPermissions,
} from '../shared/permissions.ts';
import { sourceNames } from '../shared/coverage/coverage.ts';

describe('the table of permissions', () => {
  test('has the ids that the APIs have, written down elsewhere once more', () => {
    for (const { permission } of featurePermissions) {
      const api = resourceApis.find(({ appId }) => appId === apis[permission.api].appId);
      expect(api?.appRoles).toContainEqual(
        expect.objectContaining({ id: permission.appRoleId, value: permission.name }),
      );
    }
  });

  test('asks for nothing that writes, and not for the whole directory', () => {
    for (const { permission } of featurePermissions) {
      expect(permission.name).toMatch(/\.Read(?:\.All)?$/);
      expect(permission.name).not.toBe('Directory.Read.All');
    }
  });

  test('names each permission and each feature once', () => {
    const permissions = featurePermissions.map(({ permission }) => permission.name);
    expect(new Set(permissions).size).toBe(permissions.length);
    expect(new Set(features.map(({ name }) => name)).size).toBe(features.length);
  });

  test('says for every source that is collected what it takes', () => {
    expect(features.flatMap(({ sources }) => sources).sort()).toEqual([...sourceNames].sort());
    for (const { optional, sources } of features) expect(sources.length > 0).toBe(!optional);
  });

  test('wants what is optional only when it is asked for', () => {
    const names = (wanted: ReturnType<typeof wantedPermissions>): string[] =>
      wanted.map(({ permission }) => permission.name);
    expect(names(wantedPermissions())).toEqual(['AuditLog.Read.All', 'ActivityFeed.Read']);
    expect(names(wantedPermissions(['tenant-facts']))).toEqual([
      'AuditLog.Read.All',
      'ActivityFeed.Read',
      'Organization.Read.All',
      'ReportSettings.Read.All',
    ]);
  });

  test('wants the higher role for Microsoft Graph alone', () => {
    const [graph, activity] = wantedPermissions();
    if (graph === undefined || activity === undefined) throw new Error('two are wanted');
    expect(roleToGrant([activity])).toBe('Cloud Application Administrator');
    expect(roleToGrant([activity, graph])).toBe('Privileged Role Administrator');
  });
});

describe('the permission that a read takes', () => {
  test.each([
    ['graph', '/auditLogs/directoryAudits?$top=1', 'AuditLog.Read.All'],
    ['graph', '/subscribedSkus?$select=id', 'Organization.Read.All'],
    ['graph', '/organization', 'Organization.Read.All'],
    ['graph', '/admin/reportSettings', 'ReportSettings.Read.All'],
    ['activity', '/activity/feed/subscriptions/list', 'ActivityFeed.Read'],
    ['graph', '/users', undefined],
    ['graph', '/activity/feed/', undefined],
    ['activity', '/auditLogs/', undefined],
  ] as const)('of %s %s is %s', (api, path, permission) => {
    expect(permissionToRead(api, path)).toBe(permission);
  });
});

test('docs/permissions.md is as the table makes it: else run node scripts/make-permissions.ts', async () => {
  const stored = readFileSync(new URL('../docs/permissions.md', import.meta.url), 'utf8');
  expect(stored).toBe(await permissionsPage());
});
