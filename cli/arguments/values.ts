import { type FeatureName, features } from '../../shared/permissions.ts';
import { UsageError } from './arguments.ts';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** @param value in lower case */
export function isGuid(value: string): boolean {
  return guid.test(value);
}

/** @param value in lower case */
export function isDomain(value: string): boolean {
  return value.length <= 253 && domainName.test(value);
}

/** An id goes into commands and scripts that somebody copies, so nothing but an id may pass. @throws UsageError */
export function idOf(option: string, value: string): string {
  const id = value.trim().toLowerCase();
  if (!isGuid(id))
    throw new UsageError(`${option} must be an id such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301`);
  return id;
}

/** @throws UsageError */
export function domainOf(option: string, value: string): string {
  const domain = value.trim().toLowerCase();
  if (!isDomain(domain))
    throw new UsageError(`${option} must be a name such as contoso.com and nothing else`);
  return domain;
}

/** @throws UsageError */
export function hostNameOf(option: string, value: string): string {
  const host = value.trim().toLowerCase();
  if (!isDomain(host)) {
    throw new UsageError(
      `${option} must be a host name and nothing else, such as gracewatch-x.azurewebsites.net`,
    );
  }
  return host;
}

/** The features of `--with`. @throws UsageError */
export function optionalFeatures(names: readonly string[]): FeatureName[] {
  const optional = features.filter((feature) => feature.optional).map(({ name }) => name);
  return names.map((asked) => {
    const found = optional.find((name) => name === asked);
    if (found === undefined) throw new UsageError(`--with takes an optional feature: ${optional.join(', ')}`);
    return found;
  });
}
