import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pinnedBicep } from './find-bicep.ts';
import { run } from './run.ts';

/**
 * Restores a NuGet package of the pinned version and puts its Bicep at `target`. Works in a folder of its own and moves the finished
 * file at the end, so that two runs at once, or one that was cut off, leave a whole file or none.
 * @throws Error that says why: no dotnet, no network, no such package
 */
export async function restoreBicep(packageId: string, target: string): Promise<void> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(path.join(folder, 'restore-'));
  try {
    await writeFile(path.join(staging, 'bicep.csproj'), project(packageId));
    const packages = path.join(staging, 'packages');
    const { code, stdout, stderr } = await run(
      'dotnet',
      ['restore', 'bicep.csproj', '--packages', packages],
      staging,
    );
    if (code === undefined) throw new Error('dotnet, which could restore it, is not there either');
    if (code !== 0) throw new Error(`dotnet restore failed:\n${stdout}${stderr}`);
    const file = path.join(packages, packageId.toLowerCase(), pinnedBicep, 'tools', path.basename(target));
    // The package does not carry the right to run (FACTS 11.12).
    await chmod(file, 0o755);
    await rename(file, target).catch((error: unknown) => {
      // Windows does not replace a program that runs: another run was first, with the same file.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** A project that fetches one package and builds nothing; without the framework's own references, so it suits any .NET SDK. */
function project(packageId: string): string {
  return `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="${packageId}" Version="[${pinnedBicep}]" />
  </ItemGroup>
</Project>
`;
}
