import type { BundledPackage } from './bundled-packages.ts';

/**
 * What the bundle is made from, as a CycloneDX document. Not by `npm sbom --omit dev`: that leaves out whatever a development
 * dependency asks for too (npm/cli#7909), here three quarters of it. Without time and serial number, so that it is reproducible.
 */
export function sbomText(
  app: { name: string; version: string },
  packages: readonly BundledPackage[],
): string {
  // One package can lie in several folders.
  const byPurl = new Map(packages.map((bundled) => [purlOf(bundled), bundled]));
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': purlOf(app), ...app } },
    components: [...byPurl].map(([purl, { name, version, licence, integrity }]) => ({
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      hashes: [hashOf(integrity)],
      licenses: [{ expression: licence }],
      purl,
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function purlOf({ name, version }: { name: string; version: string }): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function hashOf(integrity: string): { alg: string; content: string } {
  const [algorithm = '', base64 = ''] = integrity.split('-');
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(base64, 'base64').toString('hex'),
  };
}
