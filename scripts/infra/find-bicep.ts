import path from 'node:path';

/** The version that formats and compiles `infra/`: another one may do either differently. */
export const pinnedBicep = '0.49.2';

export interface FoundBicep {
  file: string;
  version: string;
  /** Where it was found, for the reader of the first line. */
  from: string;
}

/** What the search asks of the machine it runs on. */
export interface Machine {
  /** `linux-x64`: Node's names of platform and processor. */
  platform: string;
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Where an earlier run has put the restored Bicep. */
  cached: string;
  /** Version of a Bicep by its file or, as the system looks it up, by its name; undefined where there is none that runs. */
  versionOf(file: string): Promise<string | undefined>;
  /**
   * Puts the Bicep of a NuGet package of the pinned version at `cached`.
   * @throws Error that says why it could not
   */
  restore(packageId: string): Promise<void>;
}

/** NuGet has one package a platform (FACTS 11.12). */
const packagePlatforms = new Map([
  ['linux-x64', 'linux-x64'],
  ['linux-arm64', 'linux-arm64'],
  ['darwin-x64', 'osx-x64'],
  ['darwin-arm64', 'osx-arm64'],
  ['win32-x64', 'win-x64'],
]);

/**
 * Bicep of the pinned version or newer from the path, from the Azure CLI, from an earlier run, or from NuGet now.
 * @param only 'pinned' looks only where the version is exactly the pinned one
 * @throws Error with the ways to get one
 */
export async function findBicep(machine: Machine, only?: 'pinned'): Promise<FoundBicep> {
  const cached = { file: machine.cached, from: 'restored from NuGet' };
  const places =
    only === 'pinned'
      ? [cached]
      : [
          { file: 'bicep', from: 'on the path' },
          { file: azureCliBicep(machine), from: 'of the Azure CLI' },
          cached,
        ];
  const passedOver: string[] = [];
  for (const { file, from } of places) {
    const version = await machine.versionOf(file);
    if (version === undefined) continue;
    if (!isOlder(version, pinnedBicep)) return { file, version, from };
    passedOver.push(`the one ${from} is ${version}`);
  }
  const platform = packagePlatforms.get(machine.platform);
  if (platform === undefined)
    throw new Error(noBicep(passedOver, `NuGet has none for ${machine.platform}`, machine.platform));
  try {
    await machine.restore(`Azure.Bicep.CommandLine.${platform}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(noBicep(passedOver, reason, machine.platform), { cause: error });
  }
  const version = await machine.versionOf(machine.cached);
  if (version === undefined)
    throw new Error(noBicep(passedOver, `${machine.cached} does not run here`, machine.platform));
  return { ...cached, version };
}

/** `az bicep install` puts it there, and onto no path. */
function azureCliBicep({ platform, home, environment }: Machine): string {
  const windows = platform.startsWith('win32-');
  const paths = windows ? path.win32 : path.posix;
  const folder = environment['AZURE_CONFIG_DIR'] ?? paths.join(home, '.azure');
  return paths.join(folder, 'bin', windows ? 'bicep.exe' : 'bicep');
}

export function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function noBicep(passedOver: readonly string[], reason: string, platform: string): string {
  const dotnet = packagePlatforms.has(platform)
    ? '\n  - the .NET SDK, 8 or newer: with it this script restores Bicep from NuGet by itself'
    : '';
  return [
    `Bicep ${pinnedBicep} or newer is needed and was not found.`,
    ...passedOver.map((line) => `  ${line}: too old`),
    `  ${reason}`,
    `Any of these is enough:`,
    `  - bicep on the path: https://aka.ms/bicep-install`,
    `  - the Azure CLI: az bicep install --version v${pinnedBicep}${dotnet}`,
  ].join('\n');
}
