/** Few names come again and again; only short ones are kept, so that hostile ones cannot fill the memory. */
const keys = new Map<string, string>();
const mostKeys = 500;
const longestKept = 60;

/** The same for every spelling of a property's name: `AssignedLicense`, `assignedLicenses`, `Assigned License`. */
export function keyOf(name: string): string {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = name
    .toLowerCase()
    .replace(/[^a-z0-9.]/g, '')
    .replace(/s$/, '');
  if (keys.size < mostKeys && name.length <= longestKept) keys.set(name, key);
  return key;
}
