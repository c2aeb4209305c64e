import { readConfig, SettingsError } from '../../shared/config.ts';
import { secretReferredTo, settingsOf } from './settings.ts';
import { at, ofType, type Snapshot, type Template } from './template.ts';

/** What Azure puts in the place of an expression, by how the expression begins or ends; each of the form that the real value has. */
const knownToAzure: [expression: RegExp, value: string][] = [
  [/\.clientId\]$/, '44444444-5555-4666-8777-888888888888'],
  [/\.defaultHostName\)\]$/, 'https://gracewatch.example.com'],
  [/^\[environment\(\)\.authentication\.loginEndpoint\]$/, 'https://login.example.com/'],
  [
    /^\[format\('https:\/\/\{0\}\.\w+\.\{1\}', '\w+', environment\(\)\.suffixes\.storage\)\]$/,
    'https://account.example.com',
  ],
  [/'graph', 'https:.*\)\.(?:graph|activity)\]$/, 'https://service.example.com'],
];

/** What the platform finds in the vault. */
const secrets: Record<string, string> = {
  channels: '[{"id":"licences","kind":"teams","url":"https://contoso.logic.azure.com/workflows/sample"}]',
  'client-state-key': 'a'.repeat(72),
  'phone-key': 'b'.repeat(72),
};

/** Settings that Flex Consumption refuses, or that win over the identity when they are there (FACTS 11.4, 11.5). */
const forbidden = [
  'FUNCTIONS_WORKER_RUNTIME',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_NODE_DEFAULT_VERSION',
  'AzureWebJobsStorage',
];

/** The app starts with these settings, as it reads them itself, and knows each of them. */
export function settingsFindings(snapshot: Snapshot): string[] {
  const given = settingsOf(snapshot);
  const environment: Record<string, string> = {};
  const findings: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const resolved = resolve(value);
    if (resolved !== undefined) environment[name] = resolved;
    else if (name.startsWith('GRACEWATCH_'))
      findings.push(`${name}: nobody can tell what Azure makes of ${value}`);
  }
  return [
    ...findings,
    ...forbidden.filter((name) => given[name] !== undefined).map((name) => `${name} must not be set`),
    ...readingFindings(environment),
  ];
}

function resolve(value: string): string | undefined {
  const secret = secretReferredTo(value);
  if (secret !== undefined) return secrets[secret];
  return value.startsWith('[') && !isJson(value)
    ? knownToAzure.find(([expression]) => expression.test(value))?.[1]
    : value;
}

/** A list of tenants begins with a bracket too. */
function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function readingFindings(environment: Record<string, string>): string[] {
  try {
    return readConfig(environment).warnings;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ setting, expected }) => `${setting}: ${expected}`);
  }
}

/** Every setting of ours that the template names anywhere, also under a condition that no snapshot meets, is one that the app knows. */
export function unknownSettingFindings(template: Template): string[] {
  const named = JSON.stringify(template).match(/\bGRACEWATCH_\w+/g) ?? [];
  // The app does not read a setting that is empty, and still says that it does not know it.
  const empty = Object.fromEntries(named.map((name) => [name, '']));
  const smallest = {
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    GRACEWATCH_TENANTS: 'table',
    GRACEWATCH_CREDENTIAL: 'managed-identity',
  };
  return readingFindings({ ...empty, ...smallest });
}

/** The Node that runs the app is of the major version for which the bundle is built. */
export function nodeFindings(snapshot: Snapshot, major: number): string[] {
  return ofType(snapshot, 'Microsoft.Web/sites').flatMap(({ properties }) => {
    const runtime = at(properties, 'functionAppConfig', 'runtime');
    return at(runtime, 'name') === 'node' && at(runtime, 'version') === String(major)
      ? []
      : [`the runtime is ${JSON.stringify(runtime)}, and the bundle is built for Node ${major}`];
  });
}
