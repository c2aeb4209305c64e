import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildBundle } from '../../scripts/build.ts';
import { type Families, familyProblems } from '../../scripts/build/rule-families.ts';
import { root } from '../flow/running-host.ts';
import { readRegistrations } from '../infra/registrations.ts';

const whole: Families = {
  ruleFiles: ['licence/licence-lost.rule.ts', 'operations/poison-message.rule.ts'],
  functions: ['collect.ts', 'evaluate-licence.ts', 'evaluate-operations.ts'],
  queues: ['collect', 'evaluate-licence', 'evaluate-operations'],
  logged: ['Function', 'Function.evaluate-licence.User', 'Function.evaluate-operations.User'],
  sentTo: ['licence', 'operations'],
};
const without = (names: readonly string[], left: string): string[] =>
  names.filter((name) => !name.includes(left));

describe('the families of rules', () => {
  test('are whole where each has a function, its queue and its logging', () => {
    expect(familyProblems(whole)).toEqual([]);
  });

  test.each([
    ['function', { functions: without(whole.functions, 'operations') }, 'functions/evaluate-operations.ts'],
    [
      'queue',
      { queues: without(whole.queues, 'operations') },
      'the queue evaluate-operations in shared/names.json',
    ],
    [
      'logging',
      { logged: without(whole.logged, 'operations') },
      'the category Function.evaluate-operations.User in host.json',
    ],
    ['signals', { sentTo: ['licence'] }, 'operations in shared/evaluate/families.ts'],
  ])('name every rule whose family lacks its %s', (_, lacking, piece) => {
    expect(familyProblems({ ...whole, ...lacking })).toEqual([
      `operations/poison-message: nothing evaluates this rule; what is missing is ${piece}`,
    ]);
  });

  test('name what is there for a family without rules', () => {
    expect(familyProblems({ ...whole, ruleFiles: without(whole.ruleFiles, 'operations') })).toEqual([
      'functions/evaluate-operations.ts: there is no rule in shared/rules/operations',
      'the queue evaluate-operations: there is no rule in shared/rules/operations',
      'operations in shared/evaluate/families.ts: there is no rule in shared/rules/operations',
    ]);
  });
});

describe('the build', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'gracewatch-families-'));
    for (const name of ['functions', 'shared', 'package.json', 'host.json']) {
      await cp(path.join(root, name), path.join(copy, name), { recursive: true });
    }
    await mkdir(path.join(copy, 'shared/rules/identity'));
    await writeFile(path.join(copy, 'shared/rules/identity/planted.rule.ts'), 'export const rule = {};');
  });
  afterAll(() => rm(copy, { recursive: true }));

  test('refuses a rule that no function evaluates, by name', async () => {
    await expect(buildBundle(copy)).rejects.toThrow(
      /^identity\/planted: nothing evaluates this rule; what is missing is functions\/evaluate-identity\.ts/,
    );
  });
});

test('each function that evaluates a family reads the queue of its name', async () => {
  const evaluating = (await readRegistrations()).filter(({ name }) => name.startsWith('evaluate-'));
  expect(evaluating.length).toBeGreaterThan(0);
  for (const { name, options } of evaluating) expect(options.queueName).toBe(name);
});
