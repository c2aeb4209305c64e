import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  readConnectionString,
  readPort,
  readSettings,
  readTiming,
  resolveSettingNames,
} from '../../../dev/host/host-settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gracewatch-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string, environment: Record<string, string | undefined> = {}) {
  const path = join(folder, 'local.settings.json');
  await writeFile(path, text);
  return readSettings(environment, path);
}

describe('settings', () => {
  test('come from local.settings.json, and before it from the environment', async () => {
    const settings = await read('{"Values":{"A":"file","B":"file","N":5}}', {
      A: 'environment',
      C: undefined,
    });
    expect(settings).toEqual({ A: 'environment', B: 'file', N: '5' });
  });

  test('need no file', async () => {
    expect(await readSettings({ A: '1' }, join(folder, 'none.json'))).toEqual({ A: '1' });
  });

  test.each([
    ['{', 'is not JSON'],
    ['[]', 'is not {"Values"'],
    ['{"IsEncrypted":true,"Values":{"A":"c2VjcmV0"}}', 'is encrypted'],
  ])('in a file such as %s are refused without showing a value', async (text, reason) => {
    await expect(read(text)).rejects.toThrow(reason);
    await expect(read(text)).rejects.not.toThrow('c2VjcmV0');
  });

  test('give the port, 7071 by default', () => {
    expect(readPort({})).toBe(7071);
    expect(readPort({ PORT: '0' })).toBe(0);
    for (const PORT of ['70710', '-1', 'x', '']) {
      expect(() => readPort({ PORT })).toThrow('PORT');
    }
  });

  test('give the timing: 30 seconds of lock unless told otherwise', () => {
    expect(readTiming({})).toEqual({ lockSeconds: 30 });
    expect(
      readTiming({ GRACEWATCH_TIMING: '{"lockSeconds":2,"retrySeconds":0,"postGapSeconds":1}' }),
    ).toEqual({
      lockSeconds: 2,
      retrySeconds: 0,
    });
    expect(() => readTiming({ GRACEWATCH_TIMING: '{"lockSeconds":0}' })).toThrow('lockSeconds');
    expect(() => readTiming({ GRACEWATCH_TIMING: 'x' })).toThrow('GRACEWATCH_TIMING is not JSON');
  });

  test('stand for names in bindings', () => {
    expect(resolveSettingNames('q-%NAME%', { NAME: 'a' }, 'f')).toBe('q-a');
    expect(() => resolveSettingNames('%NAME%', {}, 'collect')).toThrow('collect needs the setting NAME');
  });
});

describe('a storage connection', () => {
  test('is found by the name that a binding gives, with or without its prefix', () => {
    expect(readConnectionString({ AzureWebJobsStorage: 'a' })).toBe('a');
    expect(readConnectionString({ AzureWebJobsOther: 'b' }, 'Other')).toBe('b');
    expect(readConnectionString({ Other: 'c', AzureWebJobsOther: 'b' }, 'Other')).toBe('c');
  });

  test('that is missing is named', () => {
    expect(() => readConnectionString({})).toThrow('the setting AzureWebJobsStorage is missing');
  });

  test('by identity is refused with the name of its setting', () => {
    expect(() => readConnectionString({ AzureWebJobsStorage__accountName: 'contoso' })).toThrow(
      'AzureWebJobsStorage__accountName asks for an identity',
    );
  });
});
