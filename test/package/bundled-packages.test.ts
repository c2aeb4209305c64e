import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { packageFolders, readBundledPackage } from '../../scripts/package/bundled-packages.ts';
import { noticesText } from '../../scripts/package/notices.ts';
import { sbomText } from '../../scripts/package/sbom.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gracewatch-notices-'));
});
afterEach(() => rm(root, { recursive: true }));

const folder = 'node_modules/bundled';
const locked = { [folder]: { integrity: 'sha512-AAEC/w==' } };
const manifest = { name: 'bundled', version: '1.2.3', license: 'MIT' };

async function writePackage(manifest: object, files: Record<string, string> = {}): Promise<void> {
  await mkdir(path.join(root, folder), { recursive: true });
  await writeFile(path.join(root, folder, 'package.json'), JSON.stringify(manifest));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(root, folder, name), content);
  }
}

describe('the packages in the bundle', () => {
  test('are found by their files: scoped, nested, each once; our own files are none', () => {
    expect(
      packageFolders([
        'functions/health.ts',
        'node_modules/zod/index.js',
        'node_modules/zod/v4/core.js',
        'node_modules/@azure/core-util/dist/node_modules.js',
        'node_modules/jsonwebtoken/node_modules/semver/index.js',
      ]),
    ).toEqual([
      'node_modules/@azure/core-util',
      'node_modules/jsonwebtoken/node_modules/semver',
      'node_modules/zod',
    ]);
  });

  test('are told with all that they say of their licence', async () => {
    await writePackage(
      { ...manifest, license: 'Apache-2.0' },
      {
        'LICENSE.txt': '\uFEFFApache License  \r\nVersion 2.0\r\n',
        'NOTICE.txt': 'Bundled\nCopyright 2024 Contoso\n',
        'license-checker.js': 'code',
        'index.js': 'code',
      },
    );
    const text = noticesText([await readBundledPackage(root, folder, locked)]);
    expect(text).toContain('bundled 1.2.3 (Apache-2.0)\n\nApache License\nVersion 2.0\n\n');
    expect(text).toContain('Bundled\nCopyright 2024 Contoso\n');
    expect(text).not.toContain('code\n');
  });

  test('without a text of their licence are told with whom they are by, and with the terms of MIT', async () => {
    await writePackage({ ...manifest, author: { name: 'A. Contoso' } });
    const { notice } = await readBundledPackage(root, folder, locked);
    expect(notice).toContain('brings no text of its licence');
    expect(notice).toContain('Copyright (c) A. Contoso');
    expect(notice).toContain('Permission is hereby granted, free of charge');
    expect(notice).toContain('https://www.npmjs.com/package/bundled');
    await writePackage({ ...manifest, license: 'ISC' });
    expect((await readBundledPackage(root, folder, locked)).notice).not.toContain('Permission');
  });

  test('without any licence stop the packaging, and so do tools of development', async () => {
    await writePackage({ name: 'bundled', version: '1.2.3' });
    await expect(readBundledPackage(root, folder, locked)).rejects.toThrow('names no licence');
    await writePackage(manifest);
    const development = { [folder]: { ...locked[folder], integrity: 'sha512-AAEC/w==', dev: true } };
    await expect(readBundledPackage(root, folder, development)).rejects.toThrow('not among the dependencies');
    await expect(readBundledPackage(root, folder, {})).rejects.toThrow('not among the dependencies');
  });

  test('are listed once, with licence and checksum, under the name that scanners know', async () => {
    await writePackage({ ...manifest, name: '@contoso/bundled' });
    const bundled = await readBundledPackage(root, folder, locked);
    const sbom = JSON.parse(
      sbomText({ name: 'gracewatch', version: '0.1.0' }, [bundled, bundled]),
    ) as unknown;
    expect(sbom).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'gracewatch', version: '0.1.0' } },
      components: [
        {
          name: '@contoso/bundled',
          version: '1.2.3',
          purl: 'pkg:npm/%40contoso/bundled@1.2.3',
          hashes: [{ alg: 'SHA-512', content: '000102ff' }],
          licenses: [{ expression: 'MIT' }],
        },
      ],
    });
  });
});
