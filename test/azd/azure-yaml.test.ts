import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { root } from '../flow/running-host.ts';

interface Command {
  shell: string;
  run: string;
}

type Hooks = Record<string, { posix: Command; windows: Command }>;

interface AzureYaml {
  name: string;
  infra: { path: string; module: string };
  hooks: Hooks;
  services: Record<
    string,
    { host: string; language: string; project: string; dist: string; resourceName: string; hooks: Hooks }
  >;
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const azureYaml = parse(read('azure.yaml'), { strict: true }) as AzureYaml;
const service = azureYaml.services['gracewatch'];

describe('azure.yaml', () => {
  test('names the template', () => {
    const { path: folder, module } = azureYaml.infra;
    expect(existsSync(path.join(root, folder, `${module}.bicep`))).toBe(true);
    expect(existsSync(path.join(root, folder, `${module}.bicepparam`))).toBe(true);
  });

  test('finds the app by an output of the template', () => {
    const output = /^\$\{(\w+)\}$/.exec(service?.resourceName ?? '')?.[1];
    expect(read('infra/main.bicep')).toMatch(new RegExp(`^output ${String(output)} string`, 'm'));
  });

  test('uploads what npm run package writes, as it is', () => {
    expect(service).toMatchObject({ host: 'function', language: 'custom', project: '.', dist: 'dist/app' });
    expect(read('scripts/package.ts')).toContain('dist/app/');
  });

  test('has hooks that run the same in every shell, and only Node', () => {
    const hooks = { ...azureYaml.hooks, ...service?.hooks };
    expect(Object.keys(hooks).sort()).toEqual(['postdeploy', 'prepackage', 'preprovision']);
    for (const { posix, windows } of Object.values(hooks)) {
      expect(posix.run).toBe(windows.run);
      expect([posix.shell, windows.shell]).toEqual(['sh', 'pwsh']);
      const step = /^node scripts\/azd\.mjs ([a-z-]+)$/.exec(posix.run)?.[1];
      const script = new RegExp(`\\b'?${String(step)}'?: '(scripts/[\\w./-]+)'`).exec(
        read('scripts/azd.mjs'),
      )?.[1];
      expect([posix.run, existsSync(path.join(root, script ?? 'no script'))]).toEqual([posix.run, true]);
    }
  });

  test('what the hooks read from the template is there', () => {
    for (const output of ['appName', 'hostName']) {
      expect(read('infra/main.bicep')).toMatch(new RegExp(`^output ${output} string`, 'm'));
      expect(read('scripts/azd/what-next.ts')).toContain(`'${output}'`);
    }
    for (const variable of ['ALARM_MAIL', 'SIGN_IN_CLIENT_ID']) {
      expect(read('infra/main.bicepparam')).toContain(`readEnvironmentVariable('${variable}'`);
    }
  });
});
