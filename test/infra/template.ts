import { readFileSync } from 'node:fs';

/**
 * Reads what `npm run infra` keeps current: the compiled template and the golden snapshots of what would be deployed, so that no test
 * needs Bicep.
 */

export type Json = Readonly<Record<string, unknown>>;

/** A compiled Bicep file: its resources by symbolic name, with the modules as nested deployments among them. */
export interface Template {
  parameters?: Record<string, Parameter>;
  variables?: Json;
  resources: Record<string, Json>;
  outputs?: Record<string, Json>;
}

interface Parameter {
  type?: string;
  $ref?: string;
  defaultValue?: unknown;
  metadata?: { description?: string };
}

/** A deployment as it would be made. What only Azure knows stays an expression in square brackets. */
export interface Snapshot {
  predictedResources: Resource[];
  diagnostics: unknown[];
  outputs: Json;
}

export interface Resource extends Json {
  id: string;
  type: string;
  name: string;
}

const infra = new URL('../../infra/', import.meta.url);

export function readText(path: string): string {
  return readFileSync(new URL(path, infra), 'utf8');
}

function readSnapshot(name: string): Snapshot {
  return JSON.parse(readText(`snapshots/${name}.snapshot.json`)) as Snapshot;
}

export const compiled = JSON.parse(readText('main.json')) as Template;
export const oneTenant = readSnapshot('one-tenant');
export const manyTenants = readSnapshot('many-tenants');
export const smallest = readSnapshot('smallest');

/** For `test.each`: what holds, holds for each of the three. */
export const snapshots: [name: string, snapshot: Snapshot][] = [
  ['one tenant', oneTenant],
  ['many tenants', manyTenants],
  ['the smallest', smallest],
];

/** The template itself and those of its modules, each with the name of the module as main.bicep calls it. */
export function templatesIn(template: Template, name = 'main'): [name: string, template: Template][] {
  const modules = Object.entries(template.resources).flatMap(([symbol, resource]) => {
    const nested = at(resource, 'properties', 'template');
    return nested === undefined ? [] : templatesIn(nested as Template, symbol);
  });
  return [[name, template], ...modules];
}

export function ofType(snapshot: Snapshot, type: string): Resource[] {
  return snapshot.predictedResources.filter((resource) => resource.type.toLowerCase() === type.toLowerCase());
}

/** What stands at the end of a path through objects and lists; undefined where the path ends before. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
    value,
  );
}

/** The text at the end of a path; empty where there is none. */
export function textAt(value: unknown, ...path: (string | number)[]): string {
  const text = at(value, ...path);
  return typeof text === 'string' ? text : '';
}

/** The last part of a resource's name or id: `queue` of `account/default/queue`. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Every text in a value, with the path to it. */
export function textsIn(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    textsIn(inner, path === '' ? key : `${path}.${key}`),
  );
}

/**
 * A copy with a mistake in it: the first place where its JSON has `right`, or each that the expression finds.
 * @throws Error when there is no such place, because then the mistake would not be there
 */
export function planted<T>(document: T, right: string | RegExp, wrong: string): T {
  const text = JSON.stringify(document);
  const changed = text.replace(right, () => wrong);
  if (changed === text) throw new Error(`there is no ${String(right)} to be replaced`);
  return JSON.parse(changed) as T;
}

/** A copy that would deploy something more. */
export function withResource(snapshot: Snapshot, resource: Resource): Snapshot {
  return { ...snapshot, predictedResources: [...snapshot.predictedResources, resource] };
}

/** A copy that would not deploy what has such an id. */
export function withoutResource(snapshot: Snapshot, id: RegExp): Snapshot {
  const predictedResources = snapshot.predictedResources.filter((resource) => !id.test(resource.id));
  if (predictedResources.length === snapshot.predictedResources.length)
    throw new Error(`there is no ${String(id)} to be left out`);
  return { ...snapshot, predictedResources };
}
