import { rules } from '#rules';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findRuleFiles, loadRules } from '../../shared/adapters/rule-files.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { defineRule, type Rule } from '../../shared/rules/rule.ts';
import type { Firing, Verdict } from '../../shared/rules/verdict.ts';
import { isUnread, viewNames } from '../../shared/rules/views.ts';
import { account, at } from '../builders/fact.ts';
import { stateView, timelineView } from '../builders/views.ts';
import { edgesFor } from './edges.ts';
import { contractProblems, runbookProblems, sampleProblems } from './rule-contract.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const files = await findRuleFiles(path.join(project, 'shared/rules'));

describe('the rules', () => {
  test('are all the files of the folders of rules', () => {
    expect(rules.map(({ id }) => `${id}.rule.ts`)).toEqual(files);
    expect(rules.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'licence/licence-assignment-failed',
        'licence/licence-lost',
        'operations/delivery-failing',
        'operations/poison-message',
      ]),
    );
  });

  test('have settings that fit together with nothing set', () => {
    expect(ruleSettings(rules, {}).warnings).toEqual([]);
  });
});

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test('keeps the contract of a rule', () => {
    expect(contractProblems(rule, id)).toEqual([]);
  });

  test('has a test of its own with a firing and a silent sample', async () => {
    const file = path.join(project, 'test/rules', `${id}.test.ts`);
    expect(existsSync(file)).toBe(true);
    expect(await readFile(file, 'utf8')).toMatch(/\bholdsSamples\(rule/);
  });
});

const runbook = [
  'Read who is not registered: Get-MgUser, fields Id and DisplayName, within 10 minutes.',
  'If it was not meant, tell the user.',
];
const clear = (reason: string): Verdict => ({ kind: 'clear', reason, qualifiers: {} });

/** A rule on what is now, of a group, that also looks at its timeline where that was read. */
const membersInError = defineRule({
  id: 'licence/members-in-error',
  title: 'Members in error',
  severity: 'medium',
  subject: 'group',
  needs: ['group-licences'],
  uses: ['timeline'],
  settings: z.object({ atLeast: z.number().default(1) }),
  runbook,
  reference: 'https://learn.microsoft.com/',
  knownGaps: ['What is not read is not seen.'],
  evaluate: ({ subject, views, settings }) => {
    const { membersInError: members } = views['group-licences'].value;
    if (members.length < settings.atLeast) return [clear('nobody is in error')];
    return [membersFiring(subject.name, isUnread(views.timeline), members.length)];
  },
});

function membersFiring(name: string, unread: boolean, count: number): Firing {
  return {
    kind: 'firing',
    reason: 'members are in error',
    qualifiers: {},
    severity: 'medium',
    title: `Members of ${name} are in error`,
    summary: `Members of ${name} do not get what the group gives${unread ? '; its history was not read' : ''}.`,
    happenedAt: at(1),
    extent: ['error'],
    details: [{ label: 'Members', value: count, weight: 1 }],
    facts: {},
    evidence: [{ source: 'group-licences', subject: 'group-1', at: at(1) }],
    runbook,
  };
}

const error = { userId: 'user-1', skuId: 'sku-1', error: 'CountViolation' };
const samples = {
  firing: {
    views: { 'group-licences': stateView('group-licences', { skuIds: [], membersInError: [error] }, at(1)) },
    now: at(2),
  },
  silent: {
    views: { 'group-licences': stateView('group-licences', { skuIds: [], membersInError: [] }, at(1)) },
    now: at(2),
  },
};

describe('the suite', () => {
  test('holds a rule of any kind', () => {
    expect(contractProblems(membersInError, 'licence/members-in-error')).toEqual([]);
    expect(sampleProblems(membersInError, samples)).toEqual([]);
  });

  test('knows how to try every view with as little as it may hold', () => {
    const subject = { kind: 'user' as const, id: 'a', name: 'a' };
    for (const name of viewNames) {
      expect(edgesFor({ needs: [name], uses: [] }, subject).length).toBeGreaterThan(3);
    }
    const used = edgesFor({ needs: ['timeline'], uses: ['registration'] }, subject);
    expect(used.some(([, views]) => views.registration !== undefined && isUnread(views.registration))).toBe(
      true,
    );
    expect(used.some(([, views]) => views.registration !== undefined && !isUnread(views.registration))).toBe(
      true,
    );
  });

  const broken: [string, Partial<Rule>, string][] = [
    ['another id', { id: 'licence/other' }, 'is not its path'],
    ['one step', { runbook: ['Get-MgUser at the time of AssignedLicense'] }, 'two or three steps'],
    ['no field or time', { runbook: ['Look.', 'Act.'] }, 'names no field'],
    ['a retired module', { runbook: ['Set-MsolUserLicense', 'After 5 minutes AssignedLicense'] }, 'retired'],
    ['a reference that is none', { reference: 'see the wiki' }, 'no https address'],
    ['no known gaps', { knownGaps: [] }, 'no known gap'],
    ['no word on what it keeps', { needs: ['timeline'], uses: [] }, 'which facts it keeps'],
    [
      'a throw',
      {
        evaluate: () => {
          throw new TypeError('undefined is not a group');
        },
      },
      'group-licences: as little as possible, all of it false: it throws',
    ],
    ['no verdict', { evaluate: () => [] }, 'it gives no verdict'],
    ['no reason', { evaluate: () => [{ kind: 'clear', reason: '' }] }, 'without a reason'],
    [
      'a look again in the past',
      { evaluate: () => [{ kind: 'clear', reason: 'all is well', lookAgainAt: at(1) }] },
      'looked at again in the past',
    ],
    [
      'a change of what it is given',
      {
        evaluate: ({ views }) => {
          views['group-licences'] = { unread: 'changed' } as never;
          Object.assign(views.timeline, { unread: 'changed' });
          return [clear('all is well')];
        },
      },
      'it changes what it is given',
    ],
  ];
  test.each(broken)('finds a rule with %s', (_, change, problem) => {
    expect(contractProblems({ ...membersInError, ...change }, membersInError.id).join('\n')).toContain(
      problem,
    );
  });

  const firing = membersFiring('the group of the sample', true, 1);
  const bad: [string, Partial<Firing>, string][] = [
    ['no evidence', { evidence: [] }, 'no evidence'],
    [
      'evidence that is neither record nor state',
      { evidence: [{ at: at(1) } as never] },
      'its verdict is none',
    ],
    ['no extent', { extent: [] }, 'what is wrong'],
    ['a title about nobody', { title: 'Members are in error' }, 'does not name the subject'],
    ['a name among the qualifiers', { qualifiers: { group: 'the group of the sample' } }, 'is no id'],
    ['no details', { details: [] }, 'no details'],
    ['a detail that says nothing', { details: [{ label: 'Members', value: [], weight: 1 }] }, 'says nothing'],
    ['a detail without a label', { details: [{ label: ' ', value: 1, weight: 1 }] }, 'no label'],
    ['a weight below nothing', { details: [{ label: 'Members', value: 1, weight: -1 }] }, 'no weight'],
    [
      'one label twice',
      { details: [1, 2].map((value) => ({ label: 'Members', value, weight: 1 })) },
      'two of its details',
    ],
    ['a runbook without a command', { runbook: ['Look at skuId.', 'Wait 5 minutes.'] }, 'no command'],
  ];
  test.each(bad)('finds a verdict with %s', (_, change, problem) => {
    const evaluate: Rule['evaluate'] = ({ views }) =>
      JSON.stringify(views).includes('CountViolation') ? [{ ...firing, ...change }] : [clear('well')];
    expect(sampleProblems({ ...membersInError, evaluate }, samples).join('\n')).toContain(problem);
  });

  test('finds qualifiers that are made of a name without its blanks', () => {
    const evaluate: Rule['evaluate'] = ({ subject: { name }, views }) =>
      JSON.stringify(views).includes('CountViolation')
        ? [{ ...membersFiring(name, true, 1), qualifiers: { group: name.replaceAll(' ', '') } }]
        : [clear('well')];
    expect(sampleProblems({ ...membersInError, evaluate }, samples)).toEqual([
      'its qualifiers change with a name',
    ]);
  });

  test('finds a rule over a timeline that forgets what it raised', () => {
    const forgetful = defineRule({
      ...membersInError,
      subject: 'user',
      needs: ['timeline'],
      uses: [],
      settings: z.object({}),
      evaluate: ({ subject, views }) =>
        views.timeline.facts.at(-1)?.kind === 'account-disabled'
          ? [{ ...membersFiring(subject.name, false, 1), qualifiers: { code: 'disabled' } }]
          : [{ kind: 'clear', reason: 'nothing to say' }],
    });
    const disabled = account('account-disabled', at(1));
    const enabled = account('account-enabled', at(2));
    const problems = sampleProblems(forgetful, {
      firing: { views: { timeline: timelineView([disabled]) }, now: at(1) },
      silent: { views: { timeline: timelineView([disabled, enabled]) }, now: at(3) },
    });
    expect(problems).toEqual(['it no longer speaks of {"code":"disabled"}']);
  });

  test('finds a sample that lacks what the rule needs', () => {
    const silent = { views: {}, now: at(1) };
    expect(sampleProblems(membersInError, { ...samples, silent })).toEqual([
      'a sample lacks group-licences, which it needs',
    ]);
  });

  test('finds a runbook that is fine', () => {
    expect(runbookProblems(runbook)).toEqual([]);
  });
});

describe('a rule file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'gracewatch-rules-'));
    await mkdir(path.join(directory, 'rules/identity'), { recursive: true });
    await symlink(path.join(project, 'node_modules'), path.join(directory, 'node_modules'));
    await writeFile(path.join(directory, 'rules/identity/account-off.rule.ts'), misnamed);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('under another name stops the start, named', async () => {
    await expect(loadRules(path.join(directory, 'rules'))).rejects.toThrow(
      'identity/account-off: its rule has the id "identity/account-disabled"',
    );
  });
});

const misnamed = `
import { z } from 'zod';

export const rule = {
  id: 'identity/account-disabled',
  title: 'Account disabled',
  severity: 'low',
  subject: 'user',
  needs: ['timeline'],
  uses: [],
  settings: z.object({}),
  runbook: [],
  reference: '',
  knownGaps: [],
  evaluate: () => [{ kind: 'clear', reason: 'nothing' }],
};
`;
