import { describe, expect, test } from '@jest/globals';
import type { Check } from '../../../cli/doctor/check.ts';
import { limitedCalls } from '../../../cli/doctor/limited-calls.ts';
import { examineTenant } from '../../../cli/doctor/tenant.ts';
import { createTenantTable } from '../../../shared/adapters/tenant-table.ts';
import names from '../../../shared/names.json' with { type: 'json' };
import { judgePermissions, judgeToken } from '../../../cli/doctor/rights.ts';
import type { TenantRights } from '../../../cli/rights/rights.ts';
import { featurePermissions } from '../../../shared/permissions.ts';
import { contoso, deployed, fabrikam } from './deployed.ts';
import { diagnosed, doctorSays, told } from './diagnosed.ts';

const { settings, change, tenant, storage } = deployed();

async function ofContoso(state: object): Promise<(check: Check['check'], subject?: string) => Check[]> {
  await change(state);
  const { checks } = await diagnosed(settings());
  return (check, subject) => told(checks, check, subject);
}

describe('a tenant that is set up well', () => {
  test('has a token, each permission with what it feeds, P1, names in reports and its content', async () => {
    const lines = await ofContoso({
      contentTypes: { 'Audit.AzureActiveDirectory': 'enabled', 'Audit.Exchange': 'enabled' },
    });
    expect(lines('token')).toMatchObject([{ status: 'ok', tenant: { id: contoso.id, name: 'Contoso' } }]);
    expect(lines('permission').map(({ subject, status }) => [subject, status])).toEqual([
      ['AuditLog.Read.All', 'ok'],
      ['ActivityFeed.Read', 'ok'],
      ['Organization.Read.All', 'ok'],
      ['ReportSettings.Read.All', 'ok'],
    ]);
    expect(lines('permission', 'AuditLog.Read.All')[0]?.means).toBe('granted; feeds: Entra audit log');
    expect(lines('entra-premium')[0]).toMatchObject({ status: 'ok' });
    expect(lines('entra-premium')[0]?.means).toContain('30 days');
    expect(lines('report-names')).toMatchObject([{ status: 'ok', means: 'usage reports show names' }]);
    expect(lines('activity-content').map(({ status, means }) => [status, means])).toEqual([
      ['ok', 'started'],
      ['ok', 'started'],
    ]);
  });
});

describe('a tenant that lacks something', () => {
  test('without consent is blind, and the line says who gives it', async () => {
    const lines = await ofContoso({ consent: false });
    const needed = lines('permission').filter(({ status }) => status === 'fail');
    expect(needed.map(({ subject }) => subject)).toContain('AuditLog.Read.All');
    expect(lines('permission', 'ActivityFeed.Read')[0]?.status).not.toBe('ok');
    expect(needed[0]?.means).toContain('the tenant gave no consent');
    expect(needed[0]?.mend).toContain('npx gracewatch permissions grant');
    for (const check of ['entra-premium', 'report-names', 'activity-content'] as const) {
      expect(lines(check)).toMatchObject([
        { status: 'skip', means: expect.stringContaining('not looked at, because') as unknown },
      ]);
    }
  });

  test('without consent holds no other tenant up', async () => {
    await change({ consent: false });
    const { checks } = await diagnosed(settings({ GRACEWATCH_TENANTS: JSON.stringify([contoso, fabrikam]) }));
    const ofFabrikam = checks.filter(({ tenant: of }) => of?.id === fabrikam.id);
    expect(
      ofFabrikam.filter(({ check }) => check === 'permission').every(({ status }) => status === 'ok'),
    ).toBe(true);
  });

  test('without one permission loses the feature that it feeds, and only that', async () => {
    const lines = await ofContoso({
      permissions: ['AuditLog.Read.All', 'Organization.Read.All', 'ReportSettings.Read.All'],
    });
    expect(lines('permission', 'AuditLog.Read.All')[0]?.status).toBe('ok');
    expect(lines('permission', 'ActivityFeed.Read')[0]).toMatchObject({ status: 'fail' });
    expect(lines('permission', 'ActivityFeed.Read')[0]?.means).toMatch(
      /^missing .* feeds: Unified audit log\. Without it/,
    );
    expect(lines('activity-content')).toMatchObject([
      { status: 'warn', means: expect.stringContaining('ActivityFeed.Read is missing') as unknown },
    ]);
  });

  test('without an optional permission is no worse, and says what cannot be told', async () => {
    const lines = await ofContoso({ permissions: ['AuditLog.Read.All', 'ActivityFeed.Read'] });
    expect(lines('permission', 'Organization.Read.All')[0]?.status).toBe('ok');
    expect(lines('entra-premium')).toMatchObject([
      {
        status: 'skip',
        means: expect.stringContaining('Organization.Read.All, which is optional') as unknown,
      },
    ]);
    expect(lines('report-names')[0]?.status).toBe('skip');
  });

  test('without P1 keeps its audit log for a week', async () => {
    const lines = await ofContoso({ premium: false });
    expect(lines('entra-premium')[0]).toMatchObject({ status: 'warn' });
    expect(lines('entra-premium')[0]?.means).toContain('7 days instead of 30');
  });

  test('with concealed names will be blind where reports are read', async () => {
    const lines = await ofContoso({ concealedNames: true });
    expect(lines('report-names')[0]).toMatchObject({ status: 'warn' });
    expect(lines('report-names')[0]?.mend).toContain('Display concealed');
  });

  test('with content that is not started says what starts it', async () => {
    const lines = await ofContoso({ contentTypes: { 'Audit.AzureActiveDirectory': 'enabled' } });
    expect(lines('activity-content', 'Audit.AzureActiveDirectory')[0]?.status).toBe('ok');
    expect(lines('activity-content', 'Audit.Exchange')[0]).toMatchObject({ status: 'warn' });
    expect(lines('activity-content', 'Audit.Exchange')[0]?.mend).toContain('the next collection starts it');
  });

  test('with content that was stopped loses what happens meanwhile', async () => {
    const lines = await ofContoso({ contentTypes: { 'Audit.Exchange': 'disabled' } });
    expect(lines('activity-content', 'Audit.Exchange')[0]).toMatchObject({ status: 'fail' });
  });

  test('of which nothing is known is no well one, and each permission has its own step', () => {
    const lines = judgePermissions(rightsOf('unknown'), deployment);
    expect(lines.map(({ status }) => status)).toEqual(lines.map(() => 'warn'));
    expect(lines.every(({ mend }) => mend?.includes('; ') !== true)).toBe(true);
  });

  test('that grants more than is used is told so', () => {
    const rights = rightsOf('granted', { more: ['User.ReadWrite.All (writes)'] });
    const more = judgePermissions(rights, deployment).filter(({ subject }) => subject === 'more than needed');
    expect(more).toMatchObject([{ status: 'warn' }]);
    expect(more[0]?.means).toContain('User.ReadWrite.All (writes)');
  });
});

describe('a token', () => {
  test('that is refused makes the tenant blind, in one line and with the code of the authority', () => {
    const rights = rightsOf('missing', {
      token: {
        kind: 'refused',
        reason: 'no token (AADSTS65001): the tenant gave no consent',
        code: 'AADSTS65001',
      },
    });
    const line = judgeToken(rights, deployment);
    expect(line).toMatchObject({ status: 'fail' });
    expect(line.means).toContain('AADSTS65001');
    expect(line.means).toContain('nothing is collected from this tenant');
    expect(line.mend).toContain('adminconsent');
  });

  test('that only the app in Azure can have is not missed here', () => {
    const rights = rightsOf('granted', {
      token: { kind: 'later', reason: 'the identity gives it to the app only' },
    });
    const app = { name: 'gracewatch-x', resourceGroup: 'watch', tenantId: contoso.id };
    expect(judgeToken(rights, { ...deployment, app }).status).toBe('skip');
    expect(judgeToken(rights, deployment).status).toBe('fail');
  });
});

describe('a service that hangs', () => {
  test('takes no other line with it, and the call that did not end is named', async () => {
    const never = new Promise<never>(() => undefined);
    let asked = 0;
    const ports = limitedCalls(
      {
        kind: 'own',
        tokenFor: (_tenantId, scope) =>
          scope.startsWith('https://manage') ? never : Promise.resolve('token'),
        graph: {
          readPage: () => never,
          readObject: () => {
            asked += 1;
            return Promise.resolve({ kind: 'read', value: { displayConcealedNames: false } });
          },
        },
        activity: { listSubscriptions: () => never },
        endpoints: { graph: 'https://graph.example', activity: 'https://manage.example' },
      },
      20,
    );
    const checks = await examineTenant(contoso, {
      rights: ports,
      grantee: deployment,
      graphOf: () => ports.graph,
      activity: ports.activity,
    });
    expect(told(checks, 'token')).toHaveLength(1);
    expect(told(checks, 'permission', 'AuditLog.Read.All')[0]?.means).toContain(
      'GET /auditLogs/directoryAudits?$top=1 of Graph did not end within',
    );
    expect(told(checks, 'report-names')).toMatchObject([{ status: 'ok' }]);
    expect(told(checks, 'entra-premium')).toMatchObject([{ status: 'warn' }]);
    expect(asked).toBe(1);
  });
});

describe('which tenants', () => {
  test('one that is being removed is told to be so', async () => {
    const row = { ...fabrikam, addedAt: '2026-02-01T00:00:00.000Z' };
    const table = createTenantTable(storage().table(names.tables.tenants));
    await table.save({ ...row, removal: { requestedAt: '2026-02-03T00:00:00.000Z' } }, undefined);
    const { code, err } = await doctorSays(settings({ GRACEWATCH_TENANTS: 'table' }), {
      args: ['--tenant', 'fabrikam'],
    });
    await storage().table(names.tables.tenants).deleteTable();
    expect([code, err]).toEqual([2, expect.stringContaining('is being removed since 2026-02-03')]);
  });

  test('one can be asked for by id, name or domain', async () => {
    const both = settings({ GRACEWATCH_TENANTS: JSON.stringify([contoso, fabrikam]) });
    for (const asked of [fabrikam.id, 'fabrikam', 'FABRIKAM.com']) {
      const { checks } = await diagnosed(both, { args: ['--tenant', asked] });
      expect(new Set(checks.flatMap(({ tenant: of }) => of?.name ?? []))).toEqual(new Set(['Fabrikam']));
    }
    const { code, err } = await doctorSays(both, { args: ['--tenant', 'northwind'] });
    expect([code, err]).toEqual([2, expect.stringContaining('northwind')]);
  });

  test('those of the table are looked at, and an empty table is told', async () => {
    const { checks } = await diagnosed(settings({ GRACEWATCH_TENANTS: 'table' }));
    expect(told(checks, 'settings', 'tenants')).toMatchObject([
      { status: 'warn', means: 'none is watched yet' },
    ]);
  });

  test('cannot be told while the setting is wrong, and that is said instead of who is unknown', async () => {
    const { code, checks } = await diagnosed(settings({ GRACEWATCH_TENANTS: 'contoso' }), {
      args: ['--tenant', 'contoso'],
    });
    expect(code).toBe(1);
    expect(told(checks, 'settings')).toMatchObject([{ subject: 'GRACEWATCH_TENANTS', status: 'fail' }]);
  });

  test('with many, what is well is a number and progress goes to standard error', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      id: `00000000-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`,
      name: `Tenant ${String(index)}`,
    }));
    for (const { id, name } of many) tenant().logs.open({ id, name, domain: 'contoso.com' });
    const { out, err } = await doctorSays(settings({ GRACEWATCH_TENANTS: JSON.stringify(many) }));
    expect(out).toMatch(
      /Tenant 11 \(.*\)\n(?:.*\n)*? {2}ok {4}7 lines more, all well \(--tenant shows them\)/,
    );
    expect(err).toMatch(/tenants: 12 of 12\n$/);
  });
});

const deployment = {
  credential: { kind: 'federated', clientId: '33333333-4444-4555-8666-777777777777' },
  authority: 'https://login.microsoftonline.com',
} as const;

function rightsOf(state: 'granted' | 'missing' | 'unknown', more: Partial<TenantRights> = {}): TenantRights {
  return {
    tenant: contoso,
    token: { kind: 'read' },
    permissions: featurePermissions.map((entry) => ({ ...entry, state, reason: 'because', seenBy: 'call' })),
    more: [],
    ...more,
  };
}
