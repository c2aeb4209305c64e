import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  fileFindings,
  nameFormFindings,
  parameterFindings,
  sharedFindings,
  snapshotFindings,
} from './shape-checks.ts';
import { compiled, manyTenants, oneTenant, planted, readText, smallest, snapshots } from './template.ts';

const files = readdirSync(new URL('../../infra/', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.bicep(?:param)?$/.test(file))
  .map((file) => [file.replaceAll('\\', '/'), readText(file)] as const);

describe('the template', () => {
  test('uses every file, and takes nothing from a registry', () => {
    expect(fileFindings(files)).toEqual([]);
  });

  test('uses and describes every parameter', () => {
    expect(parameterFindings(compiled)).toEqual([]);
  });

  test('two deployments of different names in one resource group have nothing in common', () => {
    expect(sharedFindings(oneTenant, manyTenants)).toEqual([]);
  });

  test.each(snapshots)('%s: has names that Azure accepts', (_name, snapshot) => {
    expect(nameFormFindings(snapshot)).toEqual([]);
  });

  test.each(snapshots)('%s: is what the template declares', (_name, snapshot) => {
    expect(snapshotFindings(snapshot, compiled)).toEqual([]);
  });
});

describe('planted mistakes', () => {
  test('a module that nothing uses', () => {
    expect(fileFindings([...files, ['modules/forgotten.bicep', 'param name string']])).toEqual([
      'modules/forgotten.bicep is used by nothing',
    ]);
  });

  test.each([
    [
      "module storage 'br/public:avm/res/storage/storage-account:0.9.0' = {}",
      'br/public:avm/res/storage/storage-account:0.9.0',
    ],
    ['extension microsoftGraphV1', 'microsoftGraphV1'],
    ["import { roles } from 'br:example.azurecr.io/roles:1.0'", 'br:example.azurecr.io/roles:1.0'],
    ["using 'ts:sub/group/spec:1.0'", 'ts:sub/group/spec:1.0'],
  ])('%s', (text, path) => {
    expect(fileFindings([['main.bicep', text]])).toEqual([
      `main.bicep takes ${path}, which must be restored from elsewhere`,
    ]);
  });

  test('a parameter that is not described, and one that is not used', () => {
    const parameters = { ...compiled.parameters, more: { type: 'string' } };
    expect(parameterFindings({ ...compiled, parameters })).toEqual([
      'more is not described',
      'main: more is not used',
    ]);
  });

  test('a parameter of a module that is not used', () => {
    const mistaken = planted(
      compiled,
      /"recover":\{"type":"bool"/,
      '"unheard":{"type":"bool"},"recover":{"type":"bool"',
    );
    expect(parameterFindings(mistaken)).toEqual(['vault: unheard is not used']);
  });

  test('the same name for two', () => {
    expect(sharedFindings(oneTenant, smallest)).not.toEqual([]);
    const [plan] = oneTenant.predictedResources.filter(({ type }) => type === 'Microsoft.Web/serverfarms');
    const mistaken = planted(manyTenants, /[^"]+\/serverfarms\/[^"]+/g, plan?.id ?? '');
    expect(sharedFindings(oneTenant, mistaken)).toEqual([`both have ${plan?.id ?? ''}`]);
  });

  test('a name that is too long', () => {
    const mistaken = planted(oneTenant, /(?<="type":"Microsoft\.Storage\/storageAccounts","name":")/, 'one');
    expect(nameFormFindings(mistaken)).toHaveLength(1);
  });

  test('a snapshot with a warning, or of an older template', () => {
    expect(snapshotFindings({ ...oneTenant, diagnostics: ['too much'] }, compiled)).toEqual([
      'the snapshot says: "too much"',
    ]);
    expect(snapshotFindings({ ...oneTenant, outputs: {} }, compiled)).toEqual([
      expect.stringMatching(/^the snapshot has the outputs ,/),
    ]);
  });
});
