/**
 * Audience of a managed identity that stands in for the application's secret (FACTS 11.11). Each cloud has its own, told by where its
 * authority is (S learn.microsoft.com "Configure an application to trust a managed identity"; the hosts: MSAL.NET's list of clouds).
 */
const exchangeAudiences: readonly (readonly [authorityHost: RegExp, audience: string])[] = [
  [/^(?:login\.microsoftonline\.us|login\.usgovcloudapi\.net)$/, 'api://AzureADTokenExchangeUSGov'],
  [/^(?:login\.partner\.microsoftonline\.cn|login\.chinacloudapi\.cn)$/, 'api://AzureADTokenExchangeChina'],
];

/** @param authority URL such as `https://login.microsoftonline.com` */
export function exchangeAudience(authority: string): string {
  const host = URL.parse(authority)?.hostname ?? '';
  return exchangeAudiences.find(([hosts]) => hosts.test(host))?.[1] ?? 'api://AzureADTokenExchange';
}
