import { featurePermissions } from '../../shared/permissions.ts';

const known = new Set<string>(featurePermissions.map(({ permission }) => permission.name));

/** What a permission does beyond reading, told by the way Microsoft names them. */
const doings: readonly (readonly [name: RegExp, does: string])[] = [
  [/ReadWrite|\.Write\b|\.Create\b/, 'writes'],
  [/\.Send\b/, 'sends'],
  [/FullControl|\.Manage|ManageAsApp|full_access/, 'does everything'],
];

/** The permissions that are not in the table, each once, with what they do where that is more than reading. */
export function moreThanNeeded(granted: readonly string[]): string[] {
  const names = [...new Set(granted)].filter((name) => !known.has(name)).sort();
  return names.map((name) => {
    const does = doings.find(([pattern]) => pattern.test(name))?.[1];
    return does === undefined ? name : `${name} (${does})`;
  });
}
