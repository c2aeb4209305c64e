import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { mitTerms } from './mit-terms.ts';

/** A package of which code is in the bundle. */
export interface BundledPackage {
  name: string;
  version: string;
  /** SPDX expression. */
  licence: string;
  /** What it says of its licence; where it brings no text, that, and the terms where they are MIT's. */
  notice: string;
  /** Of the package as the registry gives it: `sha512-` and base64. */
  integrity: string;
}

/** The part `packages` of package-lock.json, by folder. */
export type LockedPackages = Readonly<Record<string, { dev?: boolean; integrity?: string } | undefined>>;

interface Manifest {
  name: string;
  version: string;
  license?: string;
  author?: string | { name: string };
  homepage?: string;
}

const legalFile = /^(?:licen[cs]e|copying|(?:copyright)?notice)(?:[.-]|$)/i;
const codeFile = /\.[cm]?[jt]s$/;

/** @param sources files of the bundle, from the project's folder, with slashes */
export function packageFolders(sources: readonly string[]): string[] {
  const folders = sources.map((source) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0]);
  return [...new Set(folders)].filter((folder) => folder !== undefined).sort();
}

/** @throws naming a package that has no business in the bundle, or none that could be named: no dependency, no licence */
export async function readBundledPackage(
  root: string,
  folder: string,
  locked: LockedPackages,
): Promise<BundledPackage> {
  const { dev, integrity } = locked[folder] ?? {};
  if (dev === true || integrity === undefined) {
    throw new Error(`${folder} is in the bundle and not among the dependencies of package-lock.json`);
  }
  const inside = path.join(root, folder);
  const manifest = JSON.parse(await readFile(path.join(inside, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license: licence } = manifest;
  if (licence === undefined) throw new Error(`${folder} is in the bundle and names no licence`);
  const files = await readdir(inside);
  const legal = files.filter((file) => legalFile.test(file) && !codeFile.test(file)).sort();
  const texts = await Promise.all(legal.map((file) => readFile(path.join(inside, file), 'utf8')));
  const notice = texts.map(tidy).join('\n\n') || noticeWithoutFile(manifest);
  return { name, version, licence, notice, integrity };
}

/** The terms of MIT are the same for all; of another licence only the place can be told. */
function noticeWithoutFile({ author, homepage, name, license }: Manifest): string {
  const by = typeof author === 'string' ? author : author?.name;
  const place = homepage ?? `https://www.npmjs.com/package/${name}`;
  return [
    `The package brings no text of its licence, which its package.json names: ${place}`,
    ...(by === undefined ? [] : [`Copyright (c) ${by}`]),
    ...(license === 'MIT' ? [mitTerms] : []),
  ].join('\n\n');
}

/** Line ends and trailing blanks differ between packages; the words stay. */
function tidy(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
