import { describe, expect, test } from '@jest/globals';
import { grantPermissions, type GrantRequest } from '../../../cli/permissions/grant.ts';
import { type HomeDirectory, homeDirectory, principalId, tenantId } from './home-directory.ts';
import { type Ran, runIn } from '../../builders/command-line.ts';
import type { Failure } from '../../builders/tenant-services.ts';

async function grant(
  directory: HomeDirectory,
  changes: Partial<GrantRequest> = {},
): Promise<Ran & { pauses: number }> {
  let pauses = 0;
  const request: GrantRequest = {
    principalId,
    tenantId,
    optional: [],
    yes: true,
    graphEndpoint: 'https://graph.microsoft.com',
    ...changes,
  };
  const pause = (): Promise<void> => {
    pauses += 1;
    return Promise.resolve();
  };
  const ran = await runIn({}, ({ terminal }) =>
    grantPermissions(request, { directory: directory.ports, pause, terminal }),
  );
  return { ...ran, pauses };
}

const denied = (permission?: string): Failure => ({
  kind: 'refused',
  reason: 'Graph answered 403 (Authorization_RequestDenied)',
  status: 403,
  code: 'Authorization_RequestDenied',
  ...(permission === undefined ? {} : { permission }),
});
const graphObject = 'object-of-00000003-0000-0000-c000-000000000000';
const activityObject = 'object-of-c5393580-f805-4401-95e8-94b7a6ef2fc2';

describe('granting', () => {
  test('changes nothing until --yes, and says what it would do', async () => {
    const directory = homeDirectory();
    const ran = await grant(directory, { yes: false });
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toBe(
      [
        `The managed identity ${principalId} in tenant ${tenantId}`,
        '  would grant  AuditLog.Read.All        Microsoft Graph, for: Entra audit log',
        '  would grant  ActivityFeed.Read        Office 365 Management APIs, for: Unified audit log',
        'Nothing was changed: --yes grants it.',
        '',
      ].join('\n'),
    );
    expect(directory.writes).toEqual([]);
  });

  test('gives what is needed and nothing else, and reads it back', async () => {
    const directory = homeDirectory();
    const ran = await grant(directory);
    expect(ran).toMatchObject({ code: 0, err: '', pauses: 0 });
    expect(directory.writes).toEqual([
      `assign AuditLog.Read.All of ${graphObject} to ${principalId}`,
      `assign ActivityFeed.Read of ${activityObject} to ${principalId}`,
    ]);
    expect(ran.out).toContain('  granted      AuditLog.Read.All');
    expect(ran.out).toContain('  granted      ActivityFeed.Read');
    expect(ran.out).toContain('All is granted.');
  });

  test('does nothing the second time', async () => {
    const directory = homeDirectory();
    await grant(directory);
    const written = directory.writes.length;
    const again = await grant(directory);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(directory.writes).toHaveLength(written);
    expect(again.out).toContain('  has          AuditLog.Read.All');
    expect(again.out).toContain('Nothing is missing, nothing was changed.');
    expect((await grant(directory, { yes: false })).out).toContain(
      'Nothing is missing, nothing was changed.',
    );
  });

  test('gives what an optional feature needs when it is asked for', async () => {
    const directory = homeDirectory();
    await grant(directory, { optional: ['tenant-facts'] });
    expect(directory.held()).toEqual([
      'AuditLog.Read.All',
      'ActivityFeed.Read',
      'Organization.Read.All',
      'ReportSettings.Read.All',
    ]);
  });

  test('makes an API known to a tenant that has never used it', async () => {
    const directory = homeDirectory({ knowsActivity: false });
    expect((await grant(directory)).code).toBe(0);
    expect(directory.writes[1]).toBe('create c5393580-f805-4401-95e8-94b7a6ef2fc2');
    expect(directory.held()).toEqual(['AuditLog.Read.All', 'ActivityFeed.Read']);
  });

  test('waits until the directory shows what it took', async () => {
    const ran = await grant(homeDirectory({ shownAfter: 2 }));
    expect(ran).toMatchObject({ code: 0, pauses: 2 });
  });

  test('is not called done while the directory does not show it', async () => {
    const ran = await grant(homeDirectory({ shownAfter: 100 }));
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('AuditLog.Read.All: the directory took it and does not show it yet');
    expect(ran.out).not.toContain('All is granted');
  });

  test('that somebody else did in between counts as done', async () => {
    const directory = homeDirectory({
      assigning: {
        'AuditLog.Read.All': {
          kind: 'refused',
          reason: 'Graph answered 400 (Request_BadRequest)',
          status: 400,
        },
      },
    });
    const list = directory.ports.listAppRolesOf;
    let looks = 0;
    directory.ports.listAppRolesOf = async (id) => {
      const outcome = await list(id);
      looks += 1;
      if (looks === 1 || outcome.kind !== 'read') return outcome;
      const theirs = {
        id: 'by-somebody-else',
        principalId,
        resourceId: graphObject,
        appRoleId: 'b0afded3-3588-46d8-8b3d-9842eff778da',
      };
      return { kind: 'read', value: [...outcome.value, theirs] };
    };
    expect(await grant(directory)).toMatchObject({ code: 0, err: '' });
  });
});

describe('granting without the right to', () => {
  test('names the directory role, goes on with the rest and ends with 1', async () => {
    const directory = homeDirectory({ assigning: { 'AuditLog.Read.All': denied() } });
    const ran = await grant(directory);
    expect(ran.code).toBe(1);
    expect(ran.err).toBe(
      'gracewatch permissions grant: AuditLog.Read.All: Graph answered 403 (Authorization_RequestDenied): you lack the directory role Privileged Role Administrator in this tenant, or it is not active\n',
    );
    expect(ran.out).toContain('  not granted  AuditLog.Read.All');
    expect(ran.out).toContain('  granted      ActivityFeed.Read');
    expect(directory.held()).toEqual(['ActivityFeed.Read']);
  });

  test('names the lesser role that is enough for the Activity API', async () => {
    const directory = homeDirectory({
      assigning: { 'ActivityFeed.Read': denied('Privileged Role Administrator') },
    });
    const ran = await grant(directory);
    expect(ran.err).toContain('the directory role Cloud Application Administrator');
  });

  test('says so where an API could not be made known', async () => {
    const ran = await grant(
      homeDirectory({ knowsActivity: false, creating: denied('Application Developer') }),
    );
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/ActivityFeed\.Read: .*Application Developer/);
    expect(ran.out).toContain('  granted      AuditLog.Read.All');
  });

  test('changes nothing where it cannot even be read', async () => {
    const directory = homeDirectory({ looking: [denied('Directory Readers')] });
    const ran = await grant(directory);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('you lack the directory role Directory Readers');
    expect(directory.writes).toEqual([]);
  });

  test('takes a busy directory for busy and for nothing else', async () => {
    const busy: Failure = { kind: 'later', reason: 'Graph answered 429', afterSeconds: 5 };
    const before = homeDirectory({ looking: [busy] });
    expect(await grant(before)).toMatchObject({ code: 1, out: '' });
    expect(before.writes).toEqual([]);
    const during = await grant(homeDirectory({ assigning: { 'AuditLog.Read.All': busy } }));
    expect(during.err).toBe(
      'gracewatch permissions grant: AuditLog.Read.All: Graph answered 429: try again in 5 s\n',
    );
    expect(during.code).toBe(1);
  });

  test('says that a client id is no object id', async () => {
    const unknown: Failure = { kind: 'refused', reason: 'Graph answered 404', status: 404 };
    const ran = await grant(homeDirectory({ looking: [unknown] }));
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('it takes the object (principal) id, not the client id');
  });
});

describe('what the identity has beyond need', () => {
  const holds = ['741f803b-c850-494e-b5df-cde7c675a1ca', 'b0afded3-3588-46d8-8b3d-9842eff778da'];
  const taking = [
    `More than Gracewatch needs; to take it away (signed in with az login --tenant ${tenantId}):`,
    '  User.ReadWrite.All (writes)',
    `    az rest --method DELETE --url 'https://graph.microsoft.com/v1.0/servicePrincipals/${principalId}/appRoleAssignments/assignment-0'`,
    '',
  ].join('\n');

  test.each([true, false])(
    'is told with the command that takes it away, and stays (--yes %s)',
    async (yes) => {
      const directory = homeDirectory({ holds });
      const ran = await grant(directory, { yes });
      expect(ran.code).toBe(0);
      expect(ran.out).toContain(taking);
      expect(directory.held()).toContain('741f803b-c850-494e-b5df-cde7c675a1ca');
    },
  );
});
