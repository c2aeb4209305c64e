import { type Snapshot, type Template, templatesIn } from './template.ts';

type BicepFile = readonly [file: string, text: string];

/** What a file takes from elsewhere: modules, imports, and for a parameter file its template. */
const taken = /^\s*(?:module\s+\w+|import\s+.*?\bfrom|using|extension|provider)\s+'?([^'\s]+)/gm;

/** Every Bicep file is reached from main.bicep, and nothing is that cannot be restored everywhere (FACTS 11.12). */
export function fileFindings(files: readonly BicepFile[]): string[] {
  const used = files.flatMap(([file, text]) =>
    Array.from(text.matchAll(taken), ([, path = '']) => ({ file, path })),
  );
  const reached = used.map(({ file, path }) => new URL(path, `file:///${file}`).pathname.slice(1));
  return [
    ...files
      .filter(([file]) => file !== 'main.bicep' && file.endsWith('.bicep') && !reached.includes(file))
      .map(([file]) => `${file} is used by nothing`),
    ...used
      .filter(({ path }) => !/^[^:]+\.bicep$/.test(path))
      .map(({ file, path }) => `${file} takes ${path}, which must be restored from elsewhere`),
  ];
}

/** Every parameter is used, in each module too, and each that a person gives is described. */
export function parameterFindings(template: Template): string[] {
  const undescribed = Object.entries(template.parameters ?? {})
    .filter(([, { metadata }]) => (metadata?.description ?? '') === '')
    .map(([name]) => `${name} is not described`);
  const unused = templatesIn(template).flatMap(([module, inner]) => {
    const own = JSON.stringify({ ...inner, parameters: undefined }, (key, value: unknown) =>
      key === 'template' ? undefined : value,
    );
    return Object.keys(inner.parameters ?? {})
      .filter((name) => !own.includes(`parameters('${name}')`))
      .map((name) => `${module}: ${name} is not used`);
  });
  return [...undescribed, ...unused];
}

/** What two deployments of different names in one resource group would both call their own. */
export function sharedFindings(one: Snapshot, other: Snapshot): string[] {
  const ids = new Set(other.predictedResources.map(({ id }) => id.toLowerCase()));
  return one.predictedResources
    .filter(({ id }) => ids.has(id.toLowerCase()))
    .map(({ id }) => `both have ${id}`);
}

/** Names that Azure would refuse, or that are taken all over the world: those hold what is made from group and name. */
export function nameFormFindings(snapshot: Snapshot): string[] {
  const forms: Record<string, RegExp> = {
    'Microsoft.Storage/storageAccounts': /^[a-z0-9]{3,11}[a-z0-9]{13}$/,
    'Microsoft.KeyVault/vaults': /^(?!.*--)[a-z][a-z0-9-]{0,9}-[a-z0-9]{13}$/,
    'Microsoft.Web/sites': /^[a-z][a-z0-9-]{1,45}-[a-z0-9]{13}$/,
  };
  return snapshot.predictedResources
    .filter(({ type, name }) => forms[type]?.test(name) === false)
    .map(({ type, name }) => `${type} cannot be called ${name}`);
}

/** A snapshot has nothing to complain of, and the outputs that the template declares. */
export function snapshotFindings(snapshot: Snapshot, template: Template): string[] {
  const declared = Object.keys(template.outputs ?? {}).sort();
  const there = Object.keys(snapshot.outputs).sort();
  return [
    ...snapshot.diagnostics.map((diagnostic) => `the snapshot says: ${JSON.stringify(diagnostic)}`),
    ...(declared.join() === there.join()
      ? []
      : [`the snapshot has the outputs ${there.join()}, the template ${declared.join()}`]),
  ];
}
