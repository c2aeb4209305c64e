import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GatheredRecords } from '../../cli/replay/gather-records.ts';
import { readFiles } from '../../cli/replay/read-files.ts';
import { type ReplayedSubject, replayed } from '../../cli/replay/replayed.ts';
import { reportOf } from '../../cli/replay/report.ts';
import { loadRules } from '../../shared/adapters/rule-files.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import type { ReadState, StateValue } from '../../shared/state/state.ts';
import { runIn } from '../builders/command-line.ts';
import { at, userId } from '../builders/fact.ts';
import { contractProblems } from '../rules/rule-contract.ts';
import { pipeline } from './pipeline.ts';

/** Two rules that nobody has heard of, in a folder of the test, from made-up states to alert and card. */
const project = fileURLToPath(new URL('../../', import.meta.url));
const contoso = '7a1c0e52-0000-4000-8000-00000000c0c0';
const phoneOnly = 'licence/phone-only';
const membersInError = 'licence/members-in-error';
let directory: string;
let rules: Rule[];

beforeAll(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'gracewatch-outside-')));
  await mkdir(path.join(directory, 'rules/licence'), { recursive: true });
  await symlink(path.join(project, 'node_modules'), path.join(directory, 'node_modules'));
  for (const file of ['rule.ts', 'views.ts']) {
    await symlink(path.join(project, 'shared/rules', file), path.join(directory, 'rules', file));
  }
  await writeFile(path.join(directory, 'rules/licence/phone-only.rule.ts'), phoneOnlyRule);
  await writeFile(path.join(directory, 'rules/licence/members-in-error.rule.ts'), membersInErrorRule);
  rules = await loadRules(path.join(directory, 'rules'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function registration(methodsRegistered: string[], readAt: string): ReadState {
  const value: StateValue<'registration'> = { isMfaRegistered: true, isMfaCapable: true, methodsRegistered };
  const subject = { kind: 'user', id: userId, name: 'adele@contoso.com' } as const;
  return { source: 'registration', subject, readAt, value };
}

function groupLicences(errors: [user: string, error: string][], readAt: string): ReadState {
  const membersOfGroup = errors.map(([user, error]) => ({ userId: user, skuId: 'e3', error }));
  const value: StateValue<'group-licences'> = { skuIds: ['e3'], membersInError: membersOfGroup };
  const subject = { kind: 'group', id: 'group-1', name: 'Labs_O365_E3_Base' } as const;
  return { source: 'group-licences', subject, readAt, value };
}

type Pipeline = ReturnType<typeof pipeline>;

async function seen(run: Pipeline, now: string, ...states: ReadState[]): Promise<void> {
  run.setTime(now);
  await run.queues.send('signals', contoso, 'states', states);
  await run.settle();
}

const cards = ({ posted }: Pipeline): string[] => posted.map(({ card }) => JSON.stringify(card));

test('the rules keep the contract of every rule', () => {
  expect(rules.map(({ id }) => id)).toEqual([membersInError, phoneOnly]);
  for (const rule of rules) expect(contractProblems(rule, rule.id)).toEqual([]);
});

describe("a rule on a user's registration", () => {
  test('goes from signal to alert and card with its own words and details, and resolves', async () => {
    const run = pipeline(contoso, at(1), rules);
    await seen(run, at(1), registration(['mobilePhone'], at(1)));
    expect(await run.shown()).toMatchObject([
      {
        rule: phoneOnly,
        status: 'open',
        severity: 'high',
        subject: { kind: 'user', id: userId, name: 'adele@contoso.com' },
        title: 'adele@contoso.com has only a phone for MFA',
        summary: 'Every method that adele@contoso.com has registered is a phone.',
        about: { title: 'Only a phone', reference: 'https://learn.microsoft.com/en-us/entra/' },
        details: [
          { label: 'Methods', value: ['mobilePhone'], weight: 2 },
          { label: 'Facts known', value: 0, weight: 1 },
        ],
        evidence: [{ source: 'registration', subject: userId, at: at(1) }],
      },
    ]);
    const [card = ''] = cards(run);
    for (const word of [
      'adele@contoso.com has only a phone',
      'Methods',
      'mobilePhone',
      'Facts known',
      '"0"',
    ]) {
      expect(card).toContain(word);
    }
    expect(card).not.toContain('Licences before');
    expect(card).not.toContain('Done by');

    await seen(run, at(3), registration(['mobilePhone', 'microsoftAuthenticator'], at(3)));
    expect(await run.shown()).toMatchObject([{ status: 'resolved', episode: 1 }]);
    expect(cards(run)).toHaveLength(2);
    await seen(run, at(5), registration(['mobilePhone'], at(5)));
    expect(await run.shown()).toMatchObject([{ status: 'open', episode: 2 }]);
  });

  test('answers unknown where its need is unread, and neither opens nor closes anything', async () => {
    const run = pipeline(contoso, at(1), rules);
    const look = { kind: 'user', id: userId, why: 'opened' };
    await run.queues.send('evaluate-licence', contoso, 'subjects', [look]);
    await run.settle();
    expect(await run.stored()).toEqual([]);
    await seen(run, at(1), registration(['mobilePhone'], at(1)));
    // A week later the registration is too old to say that anything is well.
    run.setTime(at(7 * 24));
    await run.queues.send('evaluate-licence', contoso, 'subjects', [look]);
    await run.settle();
    expect(await run.shown()).toMatchObject([
      { status: 'open', updatedAt: expect.stringContaining('2026-02-03') },
    ]);
  });

  test('hears no older state after a newer one', async () => {
    const run = pipeline(contoso, at(1), rules);
    await seen(run, at(4), registration(['microsoftAuthenticator'], at(3)));
    await seen(run, at(5), registration(['mobilePhone'], at(2)));
    expect(await run.stored()).toEqual([]);
  });
});

describe('a rule on a group', () => {
  test('is one alert for each error, each with its words and details, and each resolves by itself', async () => {
    const run = pipeline(contoso, at(1), rules);
    await seen(
      run,
      at(1),
      groupLicences(
        [
          ['u1', 'CountViolation'],
          ['u2', 'CountViolation'],
          ['u1', 'Other'],
        ],
        at(1),
      ),
    );
    const shown = await run.shown();
    expect(shown.map(({ title }) => title).sort()).toEqual([
      'Labs_O365_E3_Base: members are in error (CountViolation)',
      'Labs_O365_E3_Base: members are in error (Other)',
    ]);
    expect(shown.find(({ title }) => title.includes('CountViolation'))).toMatchObject({
      rule: membersInError,
      subject: { kind: 'group', id: 'group-1', name: 'Labs_O365_E3_Base' },
      details: [
        { label: 'Error', value: 'CountViolation', weight: 2 },
        { label: 'Members', value: ['u1', 'u2'], weight: 1 },
      ],
    });
    const all = cards(run).join('\n');
    expect(all).toContain('CountViolation');
    expect(all).not.toContain('Licences before');

    // What the rule no longer speaks of is over.
    await seen(run, at(2), groupLicences([['u1', 'Other']], at(2)));
    const after = await run.shown();
    expect(after.map(({ title, status }) => [title.includes('Other'), status]).sort()).toEqual([
      [false, 'resolved'],
      [true, 'open'],
    ]);
    await seen(run, at(3), groupLicences([], at(3)));
    expect((await run.shown()).map(({ status }) => status)).toEqual(['resolved', 'resolved']);
  });
});

describe('replay', () => {
  async function replay(user?: string): Promise<{ subjects: ReplayedSubject[]; text: string }> {
    const gathered = new GatheredRecords();
    const subjects: ReplayedSubject[] = [];
    const ran = await runIn({}, async ({ terminal }) => {
      const file = path.join(project, 'examples/contoso-entra-audit.json');
      const read = await readFiles([file], contoso, gathered, terminal);
      const question = { rules, settings: ruleSettings(rules, {}), user };
      for await (const subject of replayed(gathered, question).subjects) subjects.push(subject);
      const told = reportOf(read, gathered, replayed(gathered, question), {
        timeZone: 'UTC',
        ...(user === undefined ? {} : { user }),
      });
      for await (const text of told) await terminal.out(text);
      return 0;
    });
    return { subjects, text: ran.out };
  }

  test('is silent about rules that need a state', async () => {
    const { subjects, text } = await replay();
    expect(subjects.length).toBeGreaterThan(3);
    expect(subjects.flatMap(({ alerts }) => alerts)).toEqual([]);
    expect(text).not.toContain(phoneOnly);
  });

  test('--user says why', async () => {
    const { subjects, text } = await replay('adele@contoso.com');
    expect(subjects).toHaveLength(1);
    expect(subjects[0]?.alerts).toEqual([]);
    expect(subjects[0]?.silent).toEqual([
      { rule: phoneOnly, reason: expect.stringContaining('registration: ') },
    ]);
    expect(text).toMatch(/Silent: licence\/phone-only: registration: /);
  });
});

const phoneOnlyRule = `
import { z } from 'zod';
import { defineRule } from '../rule.ts';
import { isUnread } from '../views.ts';

const runbook = [
  'Read what is registered: Get-MgReportAuthenticationMethodUserRegistrationDetail, field MethodsRegistered, within 60 minutes.',
  'Register another method: mysignins.microsoft.com > Security info.',
];

export const rule = defineRule({
  id: 'licence/phone-only',
  title: 'Only a phone',
  severity: 'high',
  subject: 'user',
  needs: ['registration'],
  uses: ['timeline'],
  settings: z.object({}),
  runbook,
  reference: 'https://learn.microsoft.com/en-us/entra/',
  knownGaps: ['Methods that the report does not name are not seen.'],
  evaluate: ({ subject, views: { registration, timeline } }) => {
    const methods = registration.value.methodsRegistered;
    if (methods.length === 0 || methods.some((method) => !/phone/i.test(method))) {
      return [{ kind: 'clear', reason: 'there is another method than a phone', qualifiers: {} }];
    }
    return [
      {
        kind: 'firing',
        reason: 'every method is a phone',
        qualifiers: {},
        severity: 'high',
        title: \`\${subject.name} has only a phone for MFA\`,
        summary: \`Every method that \${subject.name} has registered is a phone.\`,
        happenedAt: registration.readAt,
        extent: ['phone-only'],
        details: [
          { label: 'Methods', value: methods, weight: 2 },
          { label: 'Facts known', value: isUnread(timeline) ? 'not read' : timeline.facts.length, weight: 1 },
        ],
        facts: { methods },
        evidence: [{ source: 'registration', subject: subject.id, at: registration.readAt }],
        runbook,
      },
    ];
  },
});
`;

const membersInErrorRule = `
import { z } from 'zod';
import { defineRule } from '../rule.ts';

const runbook = [
  'Read who is in error: Get-MgGroupMemberWithLicenseError, field Id, within 60 minutes.',
  'Mend it in admin.microsoft.com > Billing > Licenses.',
];

export const rule = defineRule({
  id: 'licence/members-in-error',
  title: 'Members in error',
  severity: 'medium',
  subject: 'group',
  needs: ['group-licences'],
  settings: z.object({}),
  runbook,
  reference: 'https://learn.microsoft.com/en-us/entra/',
  knownGaps: ['Members of nested groups get nothing and are not in error.'],
  evaluate: ({ subject, views }) => {
    const { value, readAt } = views['group-licences'];
    const errors = [...new Set(value.membersInError.map(({ error }) => error))];
    if (errors.length === 0) return [{ kind: 'clear', reason: 'nobody is in error' }];
    return errors.map((error) => {
      const members = value.membersInError.filter((member) => member.error === error).map(({ userId }) => userId);
      return {
        kind: 'firing' as const,
        reason: 'members are in error',
        qualifiers: { error },
        severity: 'medium' as const,
        title: \`\${subject.name}: members are in error (\${error})\`,
        summary: \`Members of \${subject.name} do not get what it gives.\`,
        happenedAt: readAt,
        extent: members,
        details: [
          { label: 'Error', value: error, weight: 2 },
          { label: 'Members', value: members, weight: 1 },
        ],
        facts: { error, members },
        evidence: [{ source: 'group-licences', subject: subject.id, at: readAt }],
        runbook,
      };
    });
  },
});
`;
