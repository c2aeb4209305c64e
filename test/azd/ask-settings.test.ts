import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { askForMail, isMailAddress } from '../../scripts/azd/ask-settings.ts';
import { root } from '../flow/running-host.ts';

describe('before azd makes resources', () => {
  test('the address for alarms is asked for until it is one', async () => {
    const answers = ['', 'it', 'it@contoso', ' it@contoso.com '];
    const questions: string[] = [];
    const mail = await askForMail((question) => {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? '');
    });
    expect(mail).toBe('it@contoso.com');
    expect(questions).toHaveLength(4);
    expect(questions[1]).toContain('no mail address');
  });

  test.each([
    ['it@contoso.com', true],
    ['first.last+alarms@mail.contoso.co.uk', true],
    ['it@contoso', false],
    ['--help@contoso.com', false],
    ['it@contoso.com; rm', false],
    ['a@b@contoso.com', false],
  ])('%s is taken: %p', (text, taken) => {
    expect(isMailAddress(text)).toBe(taken);
  });

  const ask = (mail: string | undefined) =>
    spawnSync(process.execPath, [path.join('scripts', 'azd', 'ask-settings.ts')], {
      cwd: root,
      env: { ...process.env, ...(mail === undefined ? {} : { ALARM_MAIL: mail }) },
      encoding: 'utf8',
      input: '',
    });

  test('nobody is asked where it is set', () => {
    expect(ask('it@contoso.com')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test('without anybody to ask, it says how to set it', () => {
    expect(ask(undefined)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('azd env set ALARM_MAIL it@contoso.com'),
    });
  });
});
