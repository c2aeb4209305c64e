import { describe, expect, test } from '@jest/globals';
import { doorFindings } from './door-checks.ts';
import { oneTenant, planted, smallest, snapshots, withoutResource } from './template.ts';

describe('how the deployment is reached', () => {
  test.each(snapshots)('%s: by TLS and with a token of Entra, in no other way', (_name, snapshot) => {
    expect(doorFindings(snapshot)).toEqual([]);
  });
});

describe('planted mistakes', () => {
  test.each([
    ['"httpsOnly":true', '"httpsOnly":false', 'answers plain http: httpsOnly'],
    ['"minTlsVersion":"1.2"', '"minTlsVersion":"1.1"', 'speaks an old TLS: siteConfig.minTlsVersion'],
    ['"scmMinTlsVersion":"1.2"', '"x":1', 'takes code over an old TLS: siteConfig.scmMinTlsVersion'],
    ['"ftpsState":"Disabled"', '"ftpsState":"FtpsOnly"', 'takes files by FTP: siteConfig.ftpsState'],
    ['"allow":false', '"allow":true', '/ftp is a password: allow'],
    [
      '"supportsHttpsTrafficOnly":true',
      '"supportsHttpsTrafficOnly":false',
      'answers plain http: supportsHttpsTrafficOnly',
    ],
    ['"minimumTlsVersion":"TLS1_2"', '"minimumTlsVersion":"TLS1_0"', 'speaks an old TLS: minimumTlsVersion'],
    ['"allowSharedKeyAccess":false', '"x":1', 'opens to a shared key: allowSharedKeyAccess'],
    [
      '"allowBlobPublicAccess":false',
      '"allowBlobPublicAccess":true',
      'may show blobs to anybody: allowBlobPublicAccess',
    ],
    [
      '"enableRbacAuthorization":true',
      '"accessPolicies":[]',
      'opens by access policy: enableRbacAuthorization',
    ],
    [
      '"enableRbacAuthorization":true',
      '"enableRbacAuthorization":true,"accessPolicies":[]',
      'has access policies: accessPolicies',
    ],
    [
      '"enablePurgeProtection":true',
      '"enablePurgeProtection":false',
      'can be purged with its keys: enablePurgeProtection',
    ],
    ['"DisableLocalAuth":true', '"DisableLocalAuth":false', 'takes lines without a token: DisableLocalAuth'],
    [
      '"disableLocalAuth":true',
      '"disableLocalAuth":false',
      'takes lines without a token: features.disableLocalAuth',
    ],
    ['"platform":{"enabled":true}', '"platform":{"enabled":false}', 'sign-in is off'],
    ['"requireAuthentication":true', '"requireAuthentication":false', 'sign-in is not asked of everybody'],
    ['"RedirectToLoginPage"', '"AllowAnonymous"', 'who is not signed in gets in'],
    ['"requireHttps":true', '"requireHttps":false', 'sign-in works over plain http'],
    [/"allowedApplications":\[[^\]]+\]/, '"allowedApplications":[]', 'any application may call the API'],
    [
      '"tokenStore":{"enabled":false}',
      '"tokenStore":{"enabled":true}',
      'tokens of those who sign in are kept',
    ],
  ])('%s becomes %s', (right, wrong, finding) => {
    const findings = doorFindings(planted(oneTenant, right, wrong));
    expect(findings).toContainEqual(expect.stringContaining(finding));
  });

  test('a container that anybody may read', () => {
    const resources = oneTenant.predictedResources.map((resource) =>
      resource.name.endsWith('/oversize') ? { ...resource, properties: { publicAccess: 'Blob' } } : resource,
    );
    expect(doorFindings({ ...oneTenant, predictedResources: resources })).toEqual([
      expect.stringContaining('shows blobs to anybody: publicAccess'),
    ]);
  });

  test('a publishing password that nobody switches off', () => {
    const mistaken = withoutResource(oneTenant, /basicPublishingCredentialsPolicies\/scm$/);
    expect(doorFindings(mistaken)).toEqual([
      expect.stringContaining('keeps its publishing password for scm'),
    ]);
  });

  test('an app that is told that sign-in is on, where it is off', () => {
    const mistaken = planted(
      smallest,
      '"GRACEWATCH_RULES"',
      '"WEBSITE_AUTH_ENABLED":"True","GRACEWATCH_RULES"',
    );
    expect(doorFindings(mistaken)).toEqual(['the app believes whoever says that he is signed in']);
  });

  test('a sign-in that the template does not mention', () => {
    expect(doorFindings(withoutResource(smallest, /authsettingsV2$/))).toEqual([
      'sign-in stays as an earlier deployment left it',
    ]);
  });
});
