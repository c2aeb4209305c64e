import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lookAtRights } from '../../../cli/rights/look-at-rights.ts';
import type { ActivitySubscription } from '../../../shared/services/activity-api.ts';
import type { ReadOutcome } from '../../../shared/services/read-outcome.ts';
import { lackingRights, type TenantRights } from '../../../cli/rights/rights.ts';
import {
  authorityRefuses,
  contoso,
  type Failure,
  tenantServices,
  tokenWith,
} from '../../builders/tenant-services.ts';

function rightTo(name: string, { permissions }: TenantRights): Partial<TenantRights['permissions'][number]> {
  const right = permissions.find(({ permission }) => permission.name === name);
  if (right === undefined) throw new Error(`nothing is said of ${name}`);
  const { state, reason, seenBy } = right;
  return { state, reason, seenBy };
}

const throttled: Failure = { kind: 'later', reason: 'Graph answered 429', afterSeconds: 10 };
const denied: Failure = {
  kind: 'refused',
  reason: 'Graph answered 403 (Authorization_RequestDenied)',
  status: 403,
  code: 'Authorization_RequestDenied',
  permission: 'AuditLog.Read.All',
};
const noActivityFeed: Failure = {
  kind: 'refused',
  reason: 'the Activity API answered 401 (AF10001)',
  status: 401,
  code: 'AF10001',
  permission: 'ActivityFeed.Read',
};

describe('the rights in a tenant, seen with the own credential', () => {
  test('are granted where every call is answered', async () => {
    const rights = await lookAtRights(contoso, tenantServices());
    expect(rights.token).toEqual({ kind: 'read' });
    expect(
      rights.permissions.map(({ permission, state, seenBy }) => [permission.name, state, seenBy]),
    ).toEqual([
      ['AuditLog.Read.All', 'granted', 'call'],
      ['ActivityFeed.Read', 'granted', 'call'],
      ['Organization.Read.All', 'granted', 'call'],
      ['ReportSettings.Read.All', 'granted', 'call'],
    ]);
    expect(rights.more).toEqual([]);
    expect(lackingRights(rights)).toEqual([]);
  });

  test('take one cheap read each', async () => {
    const services = tenantServices();
    await lookAtRights(contoso, services);
    expect(services.paths).toEqual([
      '/auditLogs/directoryAudits?$top=1',
      'subscriptions/list',
      '/subscribedSkus?$select=id',
      '/admin/reportSettings',
    ]);
  });

  test('name the one permission that is missing', async () => {
    const rights = await lookAtRights(contoso, tenantServices({ answers: { '/auditLogs/': denied } }));
    expect(rightTo('AuditLog.Read.All', rights)).toEqual({
      state: 'missing',
      reason: 'Graph answered 403 (Authorization_RequestDenied)',
      seenBy: 'call',
    });
    expect(lackingRights(rights).map(({ feature }) => feature.name)).toEqual(['entra-audit-log']);
  });

  test('are missing for the Activity API where it says AF10001, whatever the token says of itself', async () => {
    for (const activity of [undefined, tokenWith('ActivityFeed.Read'), tokenWith()]) {
      const tokens = activity === undefined ? {} : { activity };
      const rights = await lookAtRights(
        contoso,
        tenantServices({ answers: { 'subscriptions/list': noActivityFeed }, tokens }),
      );
      expect(rightTo('ActivityFeed.Read', rights)).toMatchObject({ state: 'missing', seenBy: 'call' });
    }
  });

  test('lack nothing that is needed where only an optional one is missing', async () => {
    const rights = await lookAtRights(
      contoso,
      tenantServices({ answers: { '/subscribedSkus': { ...denied, permission: 'Organization.Read.All' } } }),
    );
    expect(rightTo('Organization.Read.All', rights)).toMatchObject({ state: 'missing' });
    expect(lackingRights(rights)).toEqual([]);
  });

  test('are of no use without P1: the permission is there, and not known to work', async () => {
    const reason = 'Graph answered 403 (Authentication_RequestFromNonPremiumTenantOrB2CTenant)';
    const code = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant';
    const rights = await lookAtRights(
      contoso,
      tenantServices({
        answers: { '/auditLogs/': { ...denied, reason, code } },
        tokens: { graph: tokenWith('AuditLog.Read.All') },
      }),
    );
    const right = rightTo('AuditLog.Read.All', rights);
    expect(right).toMatchObject({ state: 'unknown', seenBy: 'token' });
    expect(right.reason).toContain('without Entra ID P1');
  });

  test('are of no use while unified audit logging is off', async () => {
    const off: Failure = {
      kind: 'refused',
      reason: 'the Activity API answered 400 (AF20011)',
      status: 400,
      code: 'AF20011',
    };
    const right = rightTo(
      'ActivityFeed.Read',
      await lookAtRights(contoso, tenantServices({ answers: { 'subscriptions/list': off } })),
    );
    expect(right.state).toBe('unknown');
    expect(right.reason).toContain('purview.microsoft.com > Audit > Start recording');
  });

  test('are not called missing where the service refuses although the token carries the permission', async () => {
    const rights = await lookAtRights(
      contoso,
      tenantServices({
        answers: { '/auditLogs/': denied },
        tokens: { graph: tokenWith('AuditLog.Read.All') },
      }),
    );
    expect(rightTo('AuditLog.Read.All', rights)).toEqual({
      state: 'unknown',
      reason: 'Graph answered 403 (Authorization_RequestDenied), although the token carries it',
      seenBy: 'token',
    });
  });

  test('are not called missing where a 403 of the Activity API speaks of something else', async () => {
    const disabled: Failure = {
      kind: 'refused',
      reason: 'the Activity API answered 403 (AF20023)',
      status: 403,
      code: 'AF20023',
    };
    const rights = await lookAtRights(
      contoso,
      tenantServices({ answers: { 'subscriptions/list': disabled } }),
    );
    expect(rightTo('ActivityFeed.Read', rights).state).toBe('unknown');
  });

  test('tell more than needed, with what it can do', async () => {
    const rights = await lookAtRights(
      contoso,
      tenantServices({
        tokens: {
          graph: tokenWith('AuditLog.Read.All', 'User.ReadWrite.All', 'Mail.Send', 'Directory.Read.All'),
          activity: tokenWith('ActivityFeed.Read', 'ActivityFeed.ReadDlp'),
        },
      }),
    );
    expect(rights.more).toEqual([
      'ActivityFeed.ReadDlp',
      'Directory.Read.All',
      'Mail.Send (sends)',
      'User.ReadWrite.All (writes)',
    ]);
    expect(rightTo('AuditLog.Read.All', rights).state).toBe('granted');
  });

  test('are granted where something wider stands in, and that is said', async () => {
    const rights = await lookAtRights(
      contoso,
      tenantServices({ tokens: { graph: tokenWith('Directory.Read.All') } }),
    );
    expect(rightTo('AuditLog.Read.All', rights)).toEqual({
      state: 'granted',
      reason:
        'a call was answered, although the token does not carry it: something wider stands in (Directory.Read.All)',
      seenBy: 'call',
    });
  });

  test.each([
    ['a token whose claims are no JSON', 'a.b.c'],
    ['a token whose roles are no list', `x.${Buffer.from('{"roles":"all"}').toString('base64url')}.y`],
    ['an empty token', ''],
  ])('are judged by the calls alone with %s', async (_, graph) => {
    const rights = await lookAtRights(contoso, tenantServices({ tokens: { graph } }));
    expect(rightTo('AuditLog.Read.All', rights).state).toBe('granted');
    expect(rights.more).toEqual([]);
  });
});

describe('a tenant that gave no consent', () => {
  test.each([
    ['AADSTS65001', 'consent was withdrawn or never given'],
    ['AADSTS700016', 'the application was removed'],
    ['AADSTS7000229', 'the application was removed'],
    ['AADSTS7000112', 'switched off'],
    ['AADSTS500011', 'does not know the API'],
    ['AADSTS90002', 'no such tenant'],
  ])('has granted nothing: %s', async (code, words) => {
    const refused = authorityRefuses(code);
    const services = tenantServices({ tokens: { graph: refused, activity: refused } });
    const rights = await lookAtRights(contoso, services);
    expect(rights.token).toMatchObject({ kind: 'refused', code });
    expect(rights.permissions.map(({ state }) => state)).toEqual([
      'missing',
      'missing',
      'missing',
      'missing',
    ]);
    expect(rightTo('AuditLog.Read.All', rights).reason).toContain(words);
    expect(services.paths).toEqual([]);
  });

  test('may lack one API only: the rest is looked at all the same', async () => {
    const rights = await lookAtRights(
      contoso,
      tenantServices({ tokens: { activity: authorityRefuses('AADSTS500011') } }),
    );
    expect(rights.token).toMatchObject({ kind: 'refused', code: 'AADSTS500011' });
    expect(rightTo('AuditLog.Read.All', rights).state).toBe('granted');
    expect(rightTo('ActivityFeed.Read', rights)).toMatchObject({ state: 'missing', seenBy: 'token' });
  });

  test('is told so where Graph does not know the application there', async () => {
    const absent: Failure = {
      kind: 'refused',
      reason: 'Graph answered 401 (Authorization_IdentityNotFound)',
      status: 401,
      code: 'Authorization_IdentityNotFound',
    };
    const bare: Failure = { kind: 'refused', reason: 'the Activity API answered 401', status: 401 };
    const rights = await lookAtRights(
      contoso,
      tenantServices({ answers: { '/auditLogs/': absent, 'subscriptions/list': bare } }),
    );
    expect(rightTo('ActivityFeed.Read', rights)).toEqual({
      state: 'unknown',
      reason: 'the Activity API answered 401; Graph says that the application is not in the tenant',
      seenBy: 'nothing',
    });
    const right = rightTo('AuditLog.Read.All', rights);
    expect(right.state).toBe('missing');
    expect(right.reason).toMatch(/gave no consent, or has removed the application$/);
  });

  test.each([
    ['AADSTS7000215', 'the client secret is wrong'],
    ['AADSTS7000222', 'the client secret has expired'],
    ['AADSTS700213', 'does not trust the managed identity'],
    ['AADSTS53003', 'Conditional Access'],
    ['AADSTS999999', 'the authority refused (AADSTS999999)'],
  ])('is not what %s means: that says nothing of the rights', async (code, words) => {
    const rights = await lookAtRights(contoso, tenantServices({ tokens: { graph: authorityRefuses(code) } }));
    const right = rightTo('AuditLog.Read.All', rights);
    expect(right).toMatchObject({ state: 'unknown', seenBy: 'nothing' });
    expect(right.reason).toContain(words);
  });
});

describe('a refusal that may come from anybody on the way', () => {
  test.each<[string, Failure]>([
    ['a token that is not believed', { ...denied, status: 401, code: 'InvalidAuthenticationToken' }],
    ['a 401 without a code', { kind: 'refused', reason: 'Graph answered 401', status: 401 }],
    [
      'a page of a proxy',
      { kind: 'refused', reason: 'Graph answered 403', status: 403, permission: 'AuditLog.Read.All' },
    ],
    ['a code that is not known', { ...denied, code: 'Blocked_ByFirewall' }],
  ])('calls no permission missing: %s', async (_, failure) => {
    for (const graph of [undefined, tokenWith('AuditLog.Read.All'), tokenWith()]) {
      const rights = await lookAtRights(
        contoso,
        tenantServices({
          answers: { '/auditLogs/': failure, 'subscriptions/list': failure },
          tokens: graph === undefined ? {} : { graph },
        }),
      );
      expect(rightTo('AuditLog.Read.All', rights).state).toBe('unknown');
      expect(rightTo('ActivityFeed.Read', rights).state).toBe('unknown');
    }
  });

  test('grants nothing where it answers an empty object', async () => {
    const services = tenantServices();
    const graph = {
      ...services.graph,
      readObject: () => Promise.resolve({ kind: 'read', value: {} } as const),
    };
    const rights = await lookAtRights(contoso, { ...services, graph });
    expect(rightTo('ReportSettings.Read.All', rights).state).toBe('unknown');
    expect(rightTo('Organization.Read.All', rights).state).toBe('granted');
  });
});

describe('a service that is busy', () => {
  test.each([
    [10, [10_000], 'granted'],
    [11, [], 'unknown'],
  ])('is asked once more where it says %d s', async (afterSeconds, pauses, state) => {
    const services = tenantServices();
    const paused: number[] = [];
    let calls = 0;
    const rights = await lookAtRights(contoso, {
      ...services,
      pause: (milliseconds) => {
        paused.push(milliseconds);
        return Promise.resolve();
      },
      activity: {
        listSubscriptions: (): Promise<ReadOutcome<ActivitySubscription[]>> => {
          calls += 1;
          return Promise.resolve(calls === 1 ? { ...throttled, afterSeconds } : { kind: 'read', value: [] });
        },
      },
    });
    expect(paused).toEqual(pauses);
    expect(rightTo('ActivityFeed.Read', rights).state).toBe(state);
  });

  test('is not waited for without end', async () => {
    const services = tenantServices({ answers: { '/auditLogs/': throttled } });
    const rights = await lookAtRights(contoso, services);
    expect(rightTo('AuditLog.Read.All', rights).state).toBe('unknown');
    expect(services.paths.filter((path) => path.startsWith('/auditLogs/'))).toHaveLength(2);
  });
});

describe('what could not be seen', () => {
  test.each<[string, Failure]>([
    ['throttled', throttled],
    ['cut off', { kind: 'later', reason: 'the connection to Graph failed' }],
    ['broken', { kind: 'later', reason: 'Graph answered 503' }],
    [
      'answered with a page of a proxy',
      { kind: 'refused', reason: 'Graph answered something that is not JSON', status: 200 },
    ],
    ['not known', { kind: 'refused', reason: 'Graph answered 404', status: 404 }],
  ])('is unknown and never missing: %s', async (_, failure) => {
    for (const graph of [undefined, tokenWith('AuditLog.Read.All'), tokenWith()]) {
      const rights = await lookAtRights(
        contoso,
        tenantServices({ answers: { '/auditLogs/': failure }, tokens: graph === undefined ? {} : { graph } }),
      );
      expect(rightTo('AuditLog.Read.All', rights).state).toBe('unknown');
      expect(rightTo('ActivityFeed.Read', rights).state).toBe('granted');
    }
  });

  test('is unknown where no token can be had now', async () => {
    const rights = await lookAtRights(
      contoso,
      tenantServices({ tokens: { graph: new Error('connect ETIMEDOUT very-secret-address') } }),
    );
    expect(rights.token).toEqual({ kind: 'later', reason: 'no token could be fetched' });
    expect(rightTo('AuditLog.Read.All', rights)).toEqual({
      state: 'unknown',
      reason: 'no token could be fetched',
      seenBy: 'nothing',
    });
  });

  test('is never missing, whatever the token carries and however the wait is worded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.array(fc.constantFrom('AuditLog.Read.All', 'Directory.Read.All', 'x')),
        async (reason, roles) => {
          const later: Failure = { kind: 'later', reason };
          const rights = await lookAtRights(
            contoso,
            tenantServices({
              answers: {
                '/auditLogs/': later,
                'subscriptions/list': later,
                '/subscribedSkus': later,
                '/admin/reportSettings': later,
              },
              tokens: { graph: tokenWith(...roles), activity: tokenWith(...roles) },
            }),
          );
          expect(rights.permissions.every(({ state }) => state === 'unknown')).toBe(true);
        },
      ),
    );
  });
});

test('nothing that is told holds a token or what the authority quoted', async () => {
  const told = await Promise.all([
    lookAtRights(contoso, tenantServices({ tokens: { graph: tokenWith('A'), activity: tokenWith('B') } })),
    lookAtRights(contoso, tenantServices({ tokens: { graph: authorityRefuses('AADSTS65001') } })),
    lookAtRights(contoso, tenantServices({ tokens: { graph: authorityRefuses('odd') } })),
  ]);
  expect(JSON.stringify(told)).not.toMatch(/very-secret|eyJ/);
});
