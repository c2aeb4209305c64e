import { describe, expect, test } from '@jest/globals';
import { flowFindings, madeAnewFindings, secretFindings } from './secret-checks.ts';
import {
  compiled,
  manyTenants,
  oneTenant,
  planted,
  smallest,
  snapshots,
  withoutResource,
} from './template.ts';

describe('what can be read without a right on the vault', () => {
  test.each(snapshots)('%s: holds no key, no secret and no connection string', (_name, snapshot) => {
    expect(secretFindings(snapshot)).toEqual([]);
  });

  test('a secure parameter ends in a secret of the vault and nowhere else', () => {
    expect(flowFindings(compiled)).toEqual([]);
  });

  test('what is made anew at each deployment is only the first value of a secret', () => {
    expect(madeAnewFindings(compiled, [oneTenant, manyTenants, smallest])).toEqual([]);
  });
});

describe('planted mistakes in settings and outputs', () => {
  test('the channels as they are', () => {
    const mistaken = planted(oneTenant, /(?<="GRACEWATCH_CHANNELS":")[^"]+/, '[]');
    expect(secretFindings(mistaken)).toEqual([
      'the setting GRACEWATCH_CHANNELS is no reference to the vault',
    ]);
  });

  test('storage by connection string', () => {
    const mistaken = planted(
      oneTenant,
      '"AzureWebJobsDisableHomepage"',
      '"AzureWebJobsStorage":"AccountName=a;AccountKey=b","AzureWebJobsDisableHomepage"',
    );
    expect(secretFindings(mistaken)).toEqual([
      'the setting AzureWebJobsStorage is no reference to the vault',
    ]);
  });

  test('a connection string for the log while the log takes lines without a token', () => {
    const mistaken = planted(oneTenant, '"DisableLocalAuth":true', '"DisableLocalAuth":false');
    expect(secretFindings(mistaken)).toEqual([
      'APPLICATIONINSIGHTS_CONNECTION_STRING can be read, and Application Insights takes lines from whoever has it',
    ]);
    expect(
      secretFindings(planted(oneTenant, '"DisableLocalAuth":true', '"Request_Source":"rest"')),
    ).toHaveLength(1);
  });

  test('a reference to a secret that nobody makes', () => {
    expect(secretFindings(withoutResource(oneTenant, /\/secrets\/phone-key$/))).toEqual([
      'the setting GRACEWATCH_PHONE_KEY refers to the secret phone-key, which is not in the vault',
    ]);
  });

  test('a client secret for sign-in', () => {
    const mistaken = planted(oneTenant, /(?<="clientSecretSettingName":")\w+/, 'SIGN_IN_SECRET');
    expect(secretFindings(mistaken)).toEqual([
      expect.stringMatching(/clientSecretSettingName may be a secret$/),
    ]);
  });

  test('a key in a tag', () => {
    const mistaken = planted(manyTenants, '"azd-env-name":"provider"', '"azd-env-name":"AccountKey=b"');
    expect(secretFindings(mistaken)).toContain(
      'Microsoft.ManagedIdentity/userAssignedIdentities tags.azd-env-name may be a secret',
    );
  });

  test('outputs that tell one', () => {
    const mistaken = { ...oneTenant, outputs: { phoneKey: 'x', log: "[reference('/…').ConnectionString]" } };
    expect(secretFindings(mistaken)).toEqual([
      'the output phoneKey may be a secret',
      'the output log may be a secret',
    ]);
  });
});

describe('planted mistakes in the template', () => {
  test('a secure parameter in an output, and in a variable', () => {
    const told = { type: 'string', value: "[parameters('phoneKey')]" };
    expect(flowFindings({ ...compiled, outputs: { told }, variables: { told: told.value } })).toEqual([
      'main: a secure parameter flows into variables.told',
      'main: a secure parameter flows into outputs.told.value',
    ]);
  });

  test('a secure parameter in what describes its secret', () => {
    const mistaken = planted(
      compiled,
      '"contentType":"text/plain"',
      `"contentType":"[parameters('phoneKey')]"`,
    );
    expect(flowFindings(mistaken)).toEqual([
      expect.stringMatching(/^vault: a secure parameter flows into resources\.\w+\.properties\.contentType$/),
    ]);
  });

  test('a module that takes a secure parameter as a plain one, which the deployment history shows', () => {
    const { vault, ...others } = compiled.resources;
    const plain = planted(vault, '"phoneKey":{"type":"securestring"', '"phoneKey":{"type":"string"');
    const mistaken = { ...compiled, resources: { ...others, vault: { ...plain } } };
    expect(flowFindings(mistaken)).toEqual([
      'main: a secure parameter flows into resources.vault.properties.parameters.phoneKey.value',
    ]);
  });

  test('a setting with the key of the storage account', () => {
    const mistaken = planted(compiled, "'managedidentity'", "listKeys('x', '2025-01-01').keys[0].value");
    expect(flowFindings(mistaken)).toEqual([
      expect.stringMatching(/^resources\.app\..*asks Azure for keys$/),
    ]);
  });

  test('a name that is another one at each deployment', () => {
    const mistaken = planted(compiled, '[uniqueString(resourceGroup().id', '[uniqueString(newGuid()');
    expect(madeAnewFindings(mistaken, [])).toEqual([
      'main: variables.suffix is made anew at each deployment',
    ]);
    const named = planted(oneTenant, /"name":"[^"]+"/, '"name":"[newGuid()]"');
    expect(madeAnewFindings(compiled, [named])).toEqual([
      expect.stringMatching(/ name is made anew at each deployment$/),
    ]);
  });

  test('a key that the next deployment replaces', () => {
    const mistaken = planted(compiled, /"@options":\{"onlyIfNotExists":\[\]\},/g, '');
    expect(madeAnewFindings(mistaken, [])).toEqual([
      expect.stringMatching(/^vault: the secret \w*ClientStateKey is replaced by each deployment$/),
      expect.stringMatching(/^vault: the secret \w*PhoneKey is replaced by each deployment$/),
    ]);
  });
});
