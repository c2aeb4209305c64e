import type { BundledPackage } from './bundled-packages.ts';

/** What the licences of the bundled packages ask for, because the bundle itself holds no comments. */
export function noticesText(packages: readonly BundledPackage[]): string {
  const sections = packages.map(
    ({ name, version, licence, notice }) =>
      `${'-'.repeat(80)}\n${name} ${version} (${licence})\n\n${notice}\n`,
  );
  return ['dist/main.cjs contains code of these packages.\n', ...sections].join('\n');
}
