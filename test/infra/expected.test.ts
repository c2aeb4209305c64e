import { describe, expect, test } from '@jest/globals';
import {
  expectedFindings,
  type Given,
  givenIn,
  keptSecretFindings,
  orderFindings,
} from './expected-checks.ts';
import { compiled, manyTenants, oneTenant, planted, readText, smallest, type Snapshot } from './template.ts';

const given = (name: string): Given => givenIn(readText(`snapshots/${name}.bicepparam`), compiled);

const deployments: [name: string, snapshot: Snapshot][] = [
  ['one-tenant', oneTenant],
  ['many-tenants', manyTenants],
  ['smallest', smallest],
];

describe('each resource', () => {
  test.each(deployments)('%s: has what it must have, as the parameters say', (name, snapshot) => {
    expect(expectedFindings(snapshot, given(name))).toEqual([]);
  });

  test('no deployment replaces a secret that the vault has, but for channels that somebody gives', () => {
    expect(keptSecretFindings(compiled)).toEqual([]);
  });

  test('comes after what it needs', () => {
    expect(orderFindings(compiled)).toEqual([]);
  });

  test('parameters are read as the files give them', () => {
    expect(given('many-tenants')).toMatchObject({
      instanceMemory: 4096,
      signInTenants: ['00000000-0000-4000-8000-000000000002', '11111111-2222-4333-8444-555555555555'],
      multiTenantClientId: '22222222-3333-4444-8555-666666666666',
    });
    expect(given('smallest')).toMatchObject({ alwaysReadyInstances: 0, logDays: 90 });
  });
});

describe('planted mistakes', () => {
  test.each([
    ['"httpsOnly":true', '"httpsOnly":false', 'httpsOnly'],
    [/"keyVaultReferenceIdentity":"[^"]+"/, '"keyVaultReferenceIdentity":"SystemAssigned"', 'keyVaultRefer'],
    ['"ftpsState":"Disabled"', '"ftpsState":"Disabled","cors":{"allowedOrigins":["*"]}', 'siteConfig'],
    ['"ftpsState":"Disabled"', '"ftpsState":"Disabled","remoteDebuggingEnabled":true', 'siteConfig'],
    [
      /"authentication":\{[^}]+\}/,
      '"authentication":{"type":"SystemAssignedIdentity"}',
      'deployment.storage',
    ],
    [", 'packages')]", ", 'code')]", 'deployment.storage'],
    ['"name":"http","instanceCount"', '"name":"blob","instanceCount"', 'scaleAndConcurrency'],
    ['"maximumInstanceCount":40', '"maximumInstanceCount":400', 'scaleAndConcurrency'],
    ['"instanceMemoryMB":2048', '"instanceMemoryMB":4096', 'scaleAndConcurrency'],
    ['AzureWebJobsStorage__clientId', 'x', 'the setting AzureWebJobsStorage__clientId'],
    ['AzureWebJobsStorage__credential', 'x', 'the setting AzureWebJobsStorage__credential'],
    ['"WEBSITE_AUTH_AAD_ALLOWED_TENANTS"', '"x"', 'the setting WEBSITE_AUTH_AAD_ALLOWED_TENANTS'],
    [/"OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID":"[^"]+"/, '"x":"y"', 'the setting OVERRIDE_USE_MI_FIC_ASSERT'],
    [/(?<=loginEndpoint, ')[^']+(?='\)\]","clientSecret)/, 'common', 'the sign-in provider'],
    [/"allowedAudiences":\[[^\]]+\]/, '"allowedAudiences":[]', 'the sign-in provider'],
    [/"allowedApplications":\[[^\]]+\]/, '"allowedApplications":[]', 'the sign-in provider'],
    ['"RedirectToLoginPage"', '"Return403"', 'unauthenticatedClientAction'],
    [
      '"allowCrossTenantReplication":false',
      '"allowCrossTenantReplication":true',
      'allowCrossTenantReplication',
    ],
    [
      '"daysAfterModificationGreaterThan":90',
      '"daysAfterModificationGreaterThan":9',
      'what the life time does',
    ],
    [
      '"enablePurgeProtection":true',
      '"enablePurgeProtection":true,"enableSoftDelete":false',
      'enableSoftDelete',
    ],
    ['"enablePurgeProtection":true', '"enablePurgeProtection":false', 'enablePurgeProtection'],
    ['"createMode"', '"enabledForTemplateDeployment":true,"createMode"', 'enabledForTemplateDeployment'],
    ['"createMode"', '"enabledForDeployment":true,"createMode"', 'enabledForDeployment'],
    ['"createMode"', '"enabledForDiskEncryption":true,"createMode"', 'enabledForDiskEncryption'],
    ['"dailyQuotaGb":1', '"dailyQuotaGb":-1', 'dailyQuotaGb'],
    ['"retentionInDays":90', '"retentionInDays":30', 'retentionInDays'],
    ['"IngestionMode"', '"SamplingPercentage":50,"IngestionMode"', 'SamplingPercentage'],
  ])('%s becomes %s', (right, wrong, finding) => {
    const findings = expectedFindings(planted(oneTenant, right, wrong), given('one-tenant'));
    expect(findings).toEqual([expect.stringContaining(finding)]);
  });

  test.each(['noChannels', 'madeClientStateKey', 'madePhoneKey'])('%s replaces what is there', (symbol) => {
    const mistaken = planted(
      compiled,
      new RegExp(`(?<="${symbol}":\\{[^@]*)"@options":\\{"onlyIfNotExists":\\[\\]\\},`),
      '',
    );
    expect(keptSecretFindings(mistaken)).toEqual([`${symbol} replaces what the vault has`]);
  });

  test.each([
    ['app', 'access'],
    ['code', 'signIn'],
    ['code', 'alarms'],
  ])('%s does not wait for %s', (later, earlier) => {
    const waitsFor = (compiled.resources[later]?.['dependsOn'] as string[]).filter((one) => one !== earlier);
    const resources = {
      ...compiled.resources,
      [later]: { ...compiled.resources[later], dependsOn: waitsFor },
    };
    expect(orderFindings({ ...compiled, resources })).toEqual([`${later} does not wait for ${earlier}`]);
  });
});
