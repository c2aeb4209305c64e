import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Cause, type CauseKind, causeSchema } from '../../shared/cause/explanation.ts';
import { type Matter, type Remedy, remedyFor } from '../../shared/cause/remedy.ts';
import { admin, at, groupLicensing, licence, userId, userName } from '../builders/fact.ts';
import { runbookProblems } from '../rules/rule-contract.ts';

const e3 = licence('ENTERPRISEPACK');
const withoutTeams = licence('ENTERPRISEPACK', 'TEAMS1');
const sales = { id: '44444444-4444-4444-8444-444444444444', name: 'Sales' };
const matter: Matter = { user: { id: userId, name: userName }, loss: { at: at(9) }, wanted: [e3] };
const licensing: Matter = { ...matter, loss: { at: at(9), takenBy: { actor: groupLicensing } } };

function cause(kind: CauseKind, overrides: Partial<Cause> = {}): Cause {
  return { kind, at: at(9), evidence: [], confidence: 'likely', text: 'Because.', ...overrides };
}
const steps = ({ first, mend, check }: Remedy): string[] => [first, mend, check];
const textOf = (of: Cause, what = matter): string => steps(remedyFor(of, what)).join('\n');
const direct = /Set-MgUserLicense/;

/** Every kind of cause, with the command that puts right what it tells, and what must not be told to anybody. */
const table: Readonly<Record<CauseKind, { of: Cause; what?: Matter; says: RegExp[]; never: RegExp[] }>> = {
  'removed-directly': {
    of: cause('removed-directly', { actor: admin }),
    says: [
      /Ask admin@contoso\.com whether it was meant/,
      new RegExp(
        `Set-MgUserLicense -UserId '${userId}' -AddLicenses @\\(@\\{SkuId = '${e3.skuId}'\\}\\) -RemoveLicenses @\\(\\)`,
      ),
    ],
    never: [/MgGroup/],
  },
  'plan-switched-off': {
    of: cause('plan-switched-off', { actor: admin }),
    says: [/switch it on again/, direct],
    never: [/MgGroup/],
  },
  'removed-from-group': {
    of: cause('removed-from-group', { actor: admin, group: sales }),
    says: [
      new RegExp(`New-MgGroupMember -GroupId '${sales.id}' -DirectoryObjectId '${userId}'`),
      /Active Directory/,
    ],
    never: [direct, /Set-MgGroupLicense/],
  },
  'group-licence-edited': {
    of: cause('group-licence-edited', { actor: admin, group: sales }),
    says: [
      new RegExp(
        `Set-MgGroupLicense -GroupId '${sales.id}' -BodyParameter @\\{AddLicenses = @\\(@\\{SkuId = '${e3.skuId}'\\}\\); RemoveLicenses = @\\(\\)\\}`,
      ),
    ],
    never: [direct, /New-MgGroupMember/],
  },
  'group-deleted': {
    of: cause('group-deleted', { actor: admin, group: sales }),
    says: [
      new RegExp(`Restore-MgDirectoryDeletedItem -DirectoryObjectId '${sales.id}'`),
      /before 5 March 2026 09:00 UTC/,
      /\(Get-MgGroup -GroupId '[-\d]+' -Property AssignedLicenses\)\.AssignedLicenses/,
      /Active Directory, and comes back with a new id and without licences/,
      /Where neither works: .*Set-MgUserLicense/,
    ],
    never: [/New-MgGroupMember/, /Set-MgGroupLicense/],
  },
  'group-processing-failed': {
    of: cause('group-processing-failed', { group: sales }),
    says: [new RegExp(`Invoke-MgLicenseUser -UserId '${userId}'`)],
    never: [direct, /New-MgGroupMember/],
  },
  'assignment-failed': {
    of: cause('assignment-failed', { actor: admin }),
    what: { ...matter, reason: 'CountViolation' },
    says: [/the record says: CountViolation/, /PrepaidUnits\.Enabled less ConsumedUnits/, direct],
    never: [/Update-MgUser/],
  },
  'subscription-lapsed': {
    of: cause('subscription-lapsed'),
    says: [/renew the subscription/, /Billing > Your products/, /Get-MgDirectorySubscription -All/],
    never: [direct, /New-MgGroupMember/, /Set-MgGroupLicense/, /Read in the audit log/],
  },
  'account-deleted': {
    of: cause('account-deleted', { actor: admin }),
    says: [new RegExp(`Restore-MgDirectoryDeletedItem -DirectoryObjectId '${userId}'`)],
    never: [direct],
  },
  'moved-between-licences': {
    of: cause('moved-between-licences', { actor: admin }),
    says: [/Nothing is to be done/],
    never: [direct],
  },
  'not-logged': { of: cause('not-logged'), says: [direct, /who did it/], never: [/MgGroup/] },
  pending: { of: cause('pending'), says: [direct], never: [/MgGroup/] },
};

describe('every kind of cause', () => {
  test('has a remedy', () => {
    expect(Object.keys(table).sort()).toEqual([...causeSchema.shape.kind.options].sort());
  });

  test.each(Object.entries(table))('%s is put right where it went wrong', (_, { of, what, says, never }) => {
    const text = textOf(of, what);
    for (const pattern of says) expect(text).toMatch(pattern);
    for (const pattern of never) expect(text).not.toMatch(pattern);
  });

  test.each(Object.entries(table))('%s makes a runbook', (_, { of, what = matter }) => {
    expect(runbookProblems(steps(remedyFor(of, what)))).toEqual([]);
    // Also where no record names a product, a group or anybody.
    expect(runbookProblems(steps(remedyFor(cause(of.kind), { ...what, wanted: [] })))).toEqual([]);
  });
});

describe('a group', () => {
  test('of which a rule decides who is in it gets its rule back, and nobody by hand', () => {
    const group = { ...sales, dynamic: true as const, rule: 'user.department -eq "Marketing"' };
    const before = `user.department -eq "Sales" -or user.city -eq 'Köln'`;
    const text = textOf(cause('removed-from-group', { group, actor: admin }), {
      ...licensing,
      groupBefore: { rule: before },
    });
    expect(text).toContain(
      `Update-MgGroup -GroupId '${sales.id}' -MembershipRule 'user.department -eq "Sales" -or user.city -eq ''Köln'''`,
    );
    expect(text).toContain(`Get-MgGroup -GroupId '${sales.id}' -Property DisplayName,MembershipRule`);
    expect(text).not.toMatch(/New-MgGroupMember|Set-MgUserLicense/);
  });

  test('whose rule nobody changed: the rule is to be read', () => {
    const text = textOf(cause('removed-from-group', { group: { ...sales, dynamic: true } }), licensing);
    expect(text).toContain(`Update-MgGroup -GroupId '${sales.id}' -MembershipRule '<the right rule>'`);
    expect(text).not.toMatch(/New-MgGroupMember|Set-MgUserLicense/);
  });

  test('that was edited gets back what it gave, and not what one user had of it', () => {
    const text = textOf(cause('group-licence-edited', { group: sales }), {
      ...licensing,
      groupBefore: { licences: [withoutTeams, licence('EMS')] },
    });
    const [teams] = withoutTeams.disabledPlans;
    expect(text).toContain(
      `@{AddLicenses = @(@{SkuId = '${e3.skuId}'; DisabledPlans = @('${teams?.id ?? ''}')}); RemoveLicenses = @()}`,
    );
    expect(text).not.toContain(licence('EMS').skuId);
  });

  test.each([
    'pending',
    'not-logged',
    'removed-from-group',
    'group-licence-edited',
    'group-deleted',
  ] as const)('that nobody knows is looked for before anything is assigned directly: %s', (kind) => {
    const { first, mend, check } = remedyFor(cause(kind, { confidence: 'unknown' }), licensing);
    expect(first).toContain(`Get-MgGroup -All -Filter 'assignedLicenses/any()'`);
    expect(first).toContain(`-in @('${e3.skuId}')`);
    expect([first, mend, check].join('\n')).not.toMatch(direct);
    expect(mend.indexOf('Licenses and apps')).toBeGreaterThan(mend.indexOf('New-MgGroupMember'));
  });
});

describe('the records', () => {
  const told = (record: string, hours: number) => ({ record, log: 'entra' as const, at: at(hours) });

  test('are asked for from the first to the last that the cause is known from', () => {
    const group = { ...sales, dynamic: true as const, rule: 'now' };
    const of = cause('removed-from-group', {
      group,
      actor: admin,
      evidence: [told('rule', 2), told('left', 8), told('loss', 9)],
    });
    expect(textOf(of, licensing)).toContain(
      'activityDateTime ge 2026-02-03T01:50:00.000Z and activityDateTime le 2026-02-03T09:10:00.000Z',
    );
  });

  test('of a whole day are asked for where nobody knows which group it was', () => {
    expect(remedyFor(cause('pending'), licensing).first).toContain(
      'activityDateTime ge 2026-02-02T08:50:00.000Z',
    );
  });

  test('are not asked for who did it where nobody did', () => {
    const of = cause('removed-from-group', { group: { ...sales, dynamic: true } });
    expect(textOf(of, licensing)).not.toContain('who did it');
  });
});

describe('the country of the user', () => {
  const failed = cause('assignment-failed', { actor: admin });
  const refused = (reason: string): Remedy => remedyFor(failed, { ...matter, reason });

  test.each([
    'License assignment cannot be done for user with invalid usage location.',
    'License assignment failed because user x has an INVALID UsageLocation',
  ])('is set first where it is why: %s', (reason) => {
    expect(refused(reason).first).toContain(
      `Update-MgUser -UserId '${userId}' -UsageLocation '<two-letter country code>'`,
    );
    expect(refused(reason).mend).toMatch(direct);
  });

  test('is looked at first where a service is not allowed in it', () => {
    const { first } = refused('ProhibitedInUsageLocationViolation');
    expect(first).toContain(`Get-MgUser -UserId '${userId}' -Property UsageLocation`);
    expect(first).toContain(`Update-MgUser -UserId '${userId}' -UsageLocation`);
  });

  test.each(['CountViolation', 'The location of the mailbox is unknown', ''])(
    'is left alone where something else is why: %j',
    (reason) => {
      expect(steps(refused(reason)).join('\n')).not.toContain('Update-MgUser');
    },
  );
});

/** What each command of the module takes, of what is used here. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  'Get-MgAuditLogDirectoryAudit': ['Filter'],
  'Get-MgDirectorySubscription': ['All'],
  'Get-MgGroup': ['All', 'Filter', 'GroupId', 'Property'],
  'Get-MgSubscribedSku': ['All'],
  'Get-MgUser': ['UserId', 'Property'],
  'Get-MgUserMemberOfAsGroup': ['UserId', 'All', 'Property'],
  'Invoke-MgLicenseUser': ['UserId'],
  'New-MgGroupMember': ['GroupId', 'DirectoryObjectId'],
  'Restore-MgDirectoryDeletedItem': ['DirectoryObjectId'],
  'Set-MgGroupLicense': ['GroupId', 'BodyParameter'],
  'Set-MgUserLicense': ['UserId', 'AddLicenses', 'RemoveLicenses'],
  'Update-MgGroup': ['GroupId', 'MembershipRule'],
  'Update-MgUser': ['UserId', 'UsageLocation'],
};

/** The commands in a text, each with the names of its parameters; what stands in quotes is a value. */
function commandsIn(text: string): [command: string, parameters: string[]][] {
  const bare = text.replaceAll(/'(?:[^']|'')*'/g, "''");
  return [...bare.matchAll(/\b([A-Z][a-z]+-Mg\w+)((?:(?!\b[A-Z][a-z]+-Mg\w)[^|\n])*)/g)].map(
    ([, command = '', rest = '']) => [
      command,
      [...rest.matchAll(/ -([A-Z]\w*)/g)].map(([, name = '']) => name),
    ],
  );
}

const hostile = fc.oneof(
  fc.constantFrom(`x'; Remove-MgUser -All; '`, '‘’‚‛', `$(Remove-MgUser)`, "''", '\n| Remove-MgUser'),
  fc.string(),
);
const causes: fc.Arbitrary<[Cause, Matter]> = fc
  .record({
    kind: fc.constantFrom(...causeSchema.shape.kind.options),
    groupId: hostile,
    dynamic: fc.boolean(),
    hasGroup: fc.boolean(),
    user: fc.record({ id: hostile, name: fc.constant('somebody') }),
    rule: hostile,
    reason: fc.constantFrom(
      undefined,
      'invalid usage location',
      'ProhibitedInUsageLocationViolation',
      'CountViolation',
    ),
    wanted: fc.subarray([withoutTeams, licence('EMS'), { skuId: "new'sku", name: 'New', disabledPlans: [] }]),
    byGroup: fc.boolean(),
  })
  .map(({ kind, groupId, dynamic, hasGroup, user, rule, reason, wanted, byGroup }) => {
    const group = { id: groupId, name: 'Sales', ...(dynamic ? { dynamic: true as const, rule: 'now' } : {}) };
    return [
      cause(kind, hasGroup ? { group, actor: admin } : {}),
      {
        user,
        wanted,
        loss: { at: at(9), ...(byGroup ? { takenBy: { actor: groupLicensing } } : {}) },
        groupBefore: { rule },
        ...(reason === undefined ? {} : { reason }),
      },
    ];
  });

describe('the commands of a remedy', () => {
  test('are those of Graph PowerShell, with parameters that it has, whatever a tenant calls things', () => {
    fc.assert(
      fc.property(causes, ([of, what]) => {
        for (const step of steps(remedyFor(of, what))) {
          expect((step.match(/['‘’‚‛]/g) ?? []).length % 2).toBe(0);
          for (const [command, names] of commandsIn(step)) {
            expect(Object.keys(parameters)).toContain(command);
            for (const name of names) expect(parameters[command]).toContain(name);
          }
        }
      }),
    );
  });

  test('are found by the test before', () => {
    expect(
      commandsIn(`Use Set-MgUser -Name 'a -B ''c' -All | Where-Object X -eq 'y'; or Get-MgUser -UserId 'z'.`),
    ).toEqual([
      ['Set-MgUser', ['Name', 'All']],
      ['Get-MgUser', ['UserId']],
    ]);
  });
});
