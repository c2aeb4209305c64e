import { rules } from '#rules';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findRuleFiles, loadRules } from '../../shared/adapters/rule-files.ts';
import { findingsOf } from '../../shared/evaluate/episodes.ts';
import type { Rule } from '../../shared/evaluate/rule.ts';
import { ruleSettings } from '../../shared/evaluate/rule-set.ts';
import { account, at, covered, timelineOf } from '../builders/fact.ts';
import { contractProblems, runbookProblems, sampleProblems } from './rule-contract.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const files = await findRuleFiles(path.join(project, 'shared/rules'));

describe('the rules', () => {
  test('are all the files of the folders of rules', () => {
    expect(rules.map(({ id }) => `${id}.ts`)).toEqual(files);
    expect(rules.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['licence/licence-assignment-failed', 'licence/licence-lost']),
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

describe('the suite', () => {
  const [rule] = rules as [Rule];
  const broken: [string, Partial<Rule>, string][] = [
    ['another id', { id: 'licence/other' }, 'is not its path'],
    ['one step', { runbook: ['Get-MgUser at the time of AssignedLicense'] }, 'two or three steps'],
    ['no field or time', { runbook: ['Look.', 'Act.'] }, 'names no field'],
    [
      'a retired module',
      { runbook: ['Set-MsolUserLicense', 'After 5 minutes look at AssignedLicense'] },
      'retired',
    ],
    ['a reference that is none', { reference: 'see the wiki' }, 'no https address'],
    ['no known gaps', { knownGaps: [] }, 'no known gap'],
    [
      'a throw',
      {
        evaluate: () => {
          throw new TypeError('undefined is not a user');
        },
      },
      'it throws for no facts',
    ],
    ['no verdict', { evaluate: () => [] }, 'it gives no verdict'],
    ['no reason', { evaluate: () => [{ kind: 'clear', reason: '' }] }, 'without a reason'],
  ];
  test.each(broken)('finds a rule with %s', (_, change, problem) => {
    expect(contractProblems({ ...rule, ...change }, rule.id).join('\n')).toContain(problem);
  });

  test('finds a runbook that is fine', () => {
    expect(runbookProblems(rule.runbook)).toEqual([]);
  });
});

describe('adding a rule is one file and one test', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'gracewatch-rules-'));
    await mkdir(path.join(directory, 'rules/identity'), { recursive: true });
    // The file imports what any rule imports: zod, and the contract beside it.
    await symlink(path.join(project, 'node_modules'), path.join(directory, 'node_modules'));
    await symlink(path.join(project, 'shared/evaluate'), path.join(directory, 'evaluate'));
    await writeFile(path.join(directory, 'rules/identity/account-disabled.ts'), newRule);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('the file is found, keeps the contract, and raises its alert', async () => {
    const loaded = await loadRules(path.join(directory, 'rules'));
    expect(loaded.map(({ id }) => id)).toEqual(['identity/account-disabled']);
    const [rule] = loaded as [Rule];
    expect(contractProblems(rule, 'identity/account-disabled')).toEqual([]);
    const firing = { facts: [account('account-disabled', at(1))], now: at(2) };
    const silent = { facts: [account('account-enabled', at(1))], now: at(2) };
    expect(sampleProblems(rule, { firing, silent })).toEqual([]);

    const { settingsOf } = ruleSettings(loaded, { 'identity/account-disabled': { except: ['nobody'] } });
    const timeline = timelineOf(firing.facts);
    expect(findingsOf(rule, settingsOf(rule.id), timeline, covered, firing.now)).toMatchObject([
      { rule: 'identity/account-disabled', state: 'firing', episode: 1, openedAt: at(1) },
    ]);
  });

  test('under another name it stops the start, named', async () => {
    await writeFile(path.join(directory, 'rules/identity/account-off.ts'), newRule);
    await expect(loadRules(path.join(directory, 'rules'))).rejects.toThrow(
      'identity/account-off: its rule has the id "identity/account-disabled"',
    );
  });
});

const newRule = `
import { z } from 'zod';
import { defineRule, type Verdict } from '../../evaluate/rule.ts';

export const rule = defineRule({
  id: 'identity/account-disabled',
  title: 'Account disabled',
  severity: 'low',
  subject: 'user',
  needs: ['audit'],
  settings: z.object({ except: z.array(z.string()).default([]) }),
  runbook: [
    'Read who did it: Get-MgAuditLogDirectoryAudit, fields InitiatedBy and AccountEnabled, within 10 minutes.',
    'If it was not meant: Update-MgUser -AccountEnabled.',
  ],
  reference: 'https://learn.microsoft.com/en-us/graph/api/user-update',
  knownGaps: ['An account that was disabled on premises is seen when it is synchronised.'],
  evaluate({ timeline: { facts, subject }, settings }): Verdict[] {
    const last = facts.findLast(({ kind }) => kind === 'account-disabled' || kind === 'account-enabled');
    if (last?.kind !== 'account-disabled' || settings.except.includes(subject.id)) {
      return [{ kind: 'clear', reason: 'the account is not disabled', qualifiers: {} }];
    }
    return [
      {
        kind: 'firing',
        reason: 'the account is disabled',
        qualifiers: {},
        severity: 'low',
        title: \`\${subject.name ?? subject.id} was disabled\`,
        summary: 'The account was disabled.',
        happenedAt: last.at,
        extent: ['disabled'],
        facts: {},
        evidence: last.records.map((record) => ({ record, log: 'entra', at: last.at })),
        runbook: rule.runbook,
      },
    ];
  },
});
`;
