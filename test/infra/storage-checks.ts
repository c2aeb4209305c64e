import type { Registration } from './registrations.ts';
import { at, lastPart, ofType, type Snapshot, textAt } from './template.ts';

/** As in `shared/names.json`. */
export interface Names {
  queues: Record<string, string>;
  ownQueues: Record<string, string>;
  tables: Record<string, string>;
  containers: Record<string, string>;
  openRoutes: Record<string, string>;
}

/** The storage account has each queue with its poison queue, each table and each container of the code, and one for the packages. */
export function storageFindings(snapshot: Snapshot, names: Names): string[] {
  const queues = Object.values(names.queues);
  const made = (kind: string): string[] =>
    ofType(snapshot, `Microsoft.Storage/storageAccounts/${kind}`).map(({ name }) => lastPart(name));
  return [
    ...difference('queue', made('queueServices/queues'), [
      ...queues,
      ...queues.map((queue) => `${queue}-poison`),
      ...Object.values(names.ownQueues),
    ]),
    ...difference('table', made('tableServices/tables'), Object.values(names.tables)),
    ...difference('container', made('blobServices/containers'), [
      ...Object.values(names.containers),
      ...packageContainers(snapshot),
    ]),
  ];
}

function difference(kind: string, made: readonly string[], used: readonly string[]): string[] {
  return [
    ...used.filter((name) => !made.includes(name)).map((name) => `the ${kind} ${name} is not made`),
    ...made.filter((name) => !used.includes(name)).map((name) => `the ${kind} ${name} is used by nobody`),
  ];
}

/** Where the platform takes the code from: the last part of an address, or of the expression that makes it. */
function packageContainers(snapshot: Snapshot): string[] {
  return ofType(snapshot, 'Microsoft.Web/sites').map(({ properties }) => {
    const address = textAt(properties, 'functionAppConfig', 'deployment', 'storage', 'value');
    return /'([^']+)'\)\]$/.exec(address)?.[1] ?? lastPart(address);
  });
}

/** Blobs that only carry oversized items go after a while; nothing else is deleted by the account itself. */
export function lifeTimeFindings(snapshot: Snapshot, names: Names): string[] {
  const policies = ofType(snapshot, 'Microsoft.Storage/storageAccounts/managementPolicies');
  const rules = policies.flatMap((policy) => at(policy, 'properties', 'policy', 'rules') as unknown[]);
  if (rules.length === 0) return ['oversized items are kept for ever'];
  return rules.flatMap((rule) => {
    const prefixes = at(rule, 'definition', 'filters', 'prefixMatch');
    const days = at(rule, 'definition', 'actions', 'baseBlob', 'delete', 'daysAfterModificationGreaterThan');
    const only = Array.isArray(prefixes) && prefixes.join() === `${names.containers['oversize'] ?? ''}/`;
    return [
      ...(only ? [] : [`a life time holds for ${JSON.stringify(prefixes)}, not only for oversized items`]),
      ...(at(rule, 'enabled') === true && typeof days === 'number'
        ? []
        : ['oversized items are kept for ever']),
    ];
  });
}

/** Each queue feeds one function; each name is used by the code, and nothing but names.json names anything. */
export function nameFindings(
  names: Names,
  registrations: readonly Registration[],
  sources: readonly (readonly [file: string, text: string])[],
): string[] {
  const fed = registrations.flatMap(({ options }) => options.queueName ?? []);
  const queues = Object.values(names.queues);
  const code = sources.map(([, text]) => text).join('\n');
  const unused = Object.entries(names).flatMap(([kind, entries]: [string, Record<string, string>]) =>
    Object.keys(entries)
      .filter((key) => !new RegExp(`\\bnames\\.${kind}\\.${key}\\b`).test(code))
      .map((key) => `names.json: no code uses ${kind}.${key}`),
  );
  const bypassed = sources.flatMap(([file, text]) =>
    Array.from(
      text.matchAll(/\bstorage\.(?:queue|table|container)\((['"`][^$)][^)]*)\)/g),
      ([call]) => `${file} names storage by itself: ${call}`,
    ),
  );
  return [
    ...queues
      .filter((queue) => fed.filter((name) => name === queue).length !== 1)
      .map((queue) => `the queue ${queue} does not feed one function`),
    ...fed
      .filter((queue) => !queues.includes(queue))
      .map((queue) => `a function reads ${queue}, which is not in names.json`),
    ...unused,
    ...bypassed,
  ];
}
