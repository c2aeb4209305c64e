/** The object that a path names: `/applications`, `/applications/{id}/federatedIdentityCredentials/{id}`. */
export interface ObjectPath {
  collection: 'applications' | 'servicePrincipals';
  key?: { name: 'id' | 'appId' | 'uniqueName'; value: string };
  /** What lies below the object. */
  part?: string;
  partKey?: string;
}

const pattern =
  /^\/v1\.0\/(applications|servicePrincipals)(?:\/([\w-]+)|\((\w+)='((?:[^']|'')+)'\))?(?:\/(\w+)(?:\/([\w-]+))?)?$/;

/** Alternate keys of each collection. */
const alternateKeys = {
  applications: ['appId', 'uniqueName'],
  servicePrincipals: ['appId'],
} as const;

/** `undefined` for a path of another kind, or with a key that the collection does not know. */
export function readObjectPath(path: string): ObjectPath | undefined {
  const [, collection, id, keyName, keyValue, part, partKey] = decoded(path).match(pattern) ?? [];
  if (collection !== 'applications' && collection !== 'servicePrincipals') return undefined;
  const below = {
    ...(part === undefined ? {} : { part }),
    ...(partKey === undefined ? {} : { partKey }),
  };
  if (id !== undefined) return { collection, key: { name: 'id', value: id.toLowerCase() }, ...below };
  if (keyName === undefined || keyValue === undefined) return { collection };
  const name = alternateKeys[collection].find((known) => known === keyName);
  if (name === undefined) return undefined;
  const value = keyValue.replaceAll("''", "'");
  // Names are compared letter by letter, ids are not.
  return { collection, key: { name, value: name === 'appId' ? value.toLowerCase() : value }, ...below };
}

/** Quotes and brackets of alternate keys come percent-encoded from some clients. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
