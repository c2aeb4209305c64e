import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { buildBundle, readNodeMajor } from '../build.ts';
import type { AppFile } from './archive.ts';
import { type LockedPackages, packageFolders, readBundledPackage } from './bundled-packages.ts';
import { noticesText } from './notices.ts';
import { sbomText } from './sbom.ts';

export interface App {
  /** Every file that the Functions host needs, and the licences: nothing else goes to Azure. */
  files: readonly AppFile[];
  /** What the bundle is made from (CycloneDX). */
  sbom: string;
}

interface Manifest {
  name: string;
  version: string;
  main: string;
}

/** @param commit of which the sources are, for the package's package.json */
export async function makeApp(root: string, commit?: string): Promise<App> {
  const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
  const { name, version, main } = JSON.parse(await read('package.json')) as Manifest;
  const { packages: locked } = JSON.parse(await read('package-lock.json')) as { packages: LockedPackages };
  const bundle = await buildBundle(root);
  const folders = packageFolders(bundle.sources);
  const packages = await Promise.all(folders.map((folder) => readBundledPackage(root, folder, locked)));
  const manifest = {
    name,
    version,
    main,
    engines: { node: `>=${String(await readNodeMajor(root))}` },
    ...(commit === undefined ? {} : { gracewatch: { commit } }),
  };
  return {
    files: [
      textFile('LICENSE', await read('LICENSE')),
      textFile('THIRD-PARTY-NOTICES.txt', noticesText(packages)),
      { path: main, content: bundle.code },
      textFile('host.json', await read('host.json')),
      textFile('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`),
    ],
    sbom: sbomText({ name, version }, packages),
  };
}

/** A checkout on Windows may have other line ends. */
function textFile(path: string, text: string): AppFile {
  return { path, content: new TextEncoder().encode(text.replace(/\r\n/g, '\n')) };
}
