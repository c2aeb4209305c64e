import type { Environment } from '../../shared/config.ts';

/** What a right one looks like, in Azure and where everything is on loopback; without `loopback` there is no difference. */
interface Example {
  azure: Environment;
  loopback?: Environment;
}

const tenants = '[{"id":"11111111-2222-4333-8444-555555555555","name":"Contoso","domain":"contoso.com"}]';
const workflow =
  'https://default0123456789abcdef.01.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/NAME/triggers/manual/paths/invoke?api-version=1&sp=…&sv=1.0&sig=…';

const channel = (url: string): string =>
  JSON.stringify([{ id: 'licences', kind: 'teams', url, timeZone: 'Europe/Berlin' }]);

const access = JSON.stringify([
  { principal: 'aaaaaaaa-0000-4000-8000-000000000001', role: 'operator' },
  {
    principal: 'bbbbbbbb-0000-4000-8000-000000000001',
    role: 'reader',
    tenants: ['11111111-2222-4333-8444-555555555555'],
  },
]);

const ruleSettings = JSON.stringify({
  'licence/licence-lost': { offBoardingHours: 24 },
  tenants: { '11111111-2222-4333-8444-555555555555': { 'licence/licence-lost': { offBoardingHours: 48 } } },
});

const storageService = (service: 'blob' | 'queue' | 'table'): Environment => ({
  [`AzureWebJobsStorage__${service}ServiceUri`]: `https://gracewatchcontoso.${service}.core.windows.net`,
});

/** By setting, as problems name it. Each is read by the settings' own parser in a test, so none can grow old. */
export const settingExamples: Readonly<Record<string, Example>> = {
  AzureWebJobsStorage: {
    azure: { ...storageService('blob'), ...storageService('queue'), ...storageService('table') },
    loopback: { AzureWebJobsStorage: 'UseDevelopmentStorage=true' },
  },
  AzureWebJobsStorage__blobServiceUri: { azure: storageService('blob') },
  AzureWebJobsStorage__queueServiceUri: { azure: storageService('queue') },
  AzureWebJobsStorage__tableServiceUri: { azure: storageService('table') },
  GRACEWATCH_TENANTS: { azure: { GRACEWATCH_TENANTS: tenants } },
  GRACEWATCH_CREDENTIAL: {
    azure: { GRACEWATCH_CREDENTIAL: 'managed-identity' },
    loopback: { GRACEWATCH_CREDENTIAL: 'none' },
  },
  GRACEWATCH_CLIENT_ID: { azure: { GRACEWATCH_CLIENT_ID: '33333333-4444-4555-8666-777777777777' } },
  GRACEWATCH_CLIENT_SECRET: {
    azure: { GRACEWATCH_CLIENT_SECRET: 'the value of a secret of the application' },
  },
  GRACEWATCH_GRAPH_ENDPOINT: {
    azure: { GRACEWATCH_GRAPH_ENDPOINT: 'https://graph.microsoft.com' },
    loopback: { GRACEWATCH_GRAPH_ENDPOINT: 'http://127.0.0.1:7080' },
  },
  GRACEWATCH_ACTIVITY_ENDPOINT: {
    azure: { GRACEWATCH_ACTIVITY_ENDPOINT: 'https://manage.office.com' },
    loopback: { GRACEWATCH_ACTIVITY_ENDPOINT: 'http://127.0.0.1:7080' },
  },
  GRACEWATCH_AUTHORITY: { azure: { GRACEWATCH_AUTHORITY: 'https://login.microsoftonline.com' } },
  GRACEWATCH_PUBLIC_URL: {
    azure: { GRACEWATCH_PUBLIC_URL: 'https://gracewatch-contoso.azurewebsites.net' },
    loopback: { GRACEWATCH_PUBLIC_URL: 'http://127.0.0.1:7071' },
  },
  GRACEWATCH_CLIENT_STATE_KEY: { azure: { GRACEWATCH_CLIENT_STATE_KEY: '32 random bytes in base64' } },
  GRACEWATCH_CHANNELS: {
    azure: { GRACEWATCH_CHANNELS: channel(workflow) },
    loopback: { GRACEWATCH_CHANNELS: channel('http://127.0.0.1:7080/teams/licences') },
  },
  GRACEWATCH_ACCESS: { azure: { GRACEWATCH_ACCESS: access } },
  GRACEWATCH_RULES: { azure: { GRACEWATCH_RULES: ruleSettings } },
  GRACEWATCH_PHONE_KEY: { azure: { GRACEWATCH_PHONE_KEY: '32 random bytes in base64' } },
  GRACEWATCH_RETENTION_DAYS: { azure: { GRACEWATCH_RETENTION_DAYS: '400' } },
  GRACEWATCH_TIMING: { azure: { GRACEWATCH_TIMING: '{"groupSeconds":60,"postGapSeconds":15}' } },
  GRACEWATCH_CLOCK: { azure: {}, loopback: { GRACEWATCH_CLOCK: 'P20D' } },
};

/** A right one in the place of this one: `{NAME: value}`, empty where there should be none, undefined for a setting that nobody knows. */
export function exampleOf(setting: string, { loopback }: { loopback: boolean }): Environment | undefined {
  const example = settingExamples[setting];
  return loopback ? (example?.loopback ?? example?.azure) : example?.azure;
}
