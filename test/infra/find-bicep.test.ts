import { describe, expect, test } from '@jest/globals';
import { findBicep, type Machine, pinnedBicep } from '../../scripts/infra/find-bicep.ts';

/** A machine on which these programs run, by file, each with its version. */
function machine(programs: Record<string, string>, differently: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux-x64',
    home: '/home/adele',
    environment: {},
    cached: '/cache/bicep',
    versionOf: (file) => Promise.resolve(programs[file]),
    restore: () => Promise.reject(new Error('nothing is to be restored here')),
    ...differently,
  };
}

/** A restore that puts the pinned version where it belongs and remembers what it was asked for. */
function restoring(
  programs: Record<string, string>,
  platform: string,
): { machine: Machine; asked: string[] } {
  const asked: string[] = [];
  const restore = (packageId: string): Promise<void> => {
    asked.push(packageId);
    programs['/cache/bicep'] = pinnedBicep;
    return Promise.resolve();
  };
  return { machine: machine(programs, { platform, restore }), asked };
}

describe('where Bicep is taken from', () => {
  test('the one on the path comes first', async () => {
    const found = await findBicep(
      machine({ bicep: pinnedBicep, '/home/adele/.azure/bin/bicep': pinnedBicep }),
    );
    expect(found).toEqual({ file: 'bicep', version: pinnedBicep, from: 'on the path' });
  });

  test('a newer one will do, and its version is told', async () => {
    expect(await findBicep(machine({ bicep: '0.100.1' }))).toMatchObject({
      file: 'bicep',
      version: '0.100.1',
    });
  });

  test('an older one on the path is passed over for that of the Azure CLI', async () => {
    const found = await findBicep(machine({ bicep: '0.9.1', '/home/adele/.azure/bin/bicep': pinnedBicep }));
    expect(found).toMatchObject({ file: '/home/adele/.azure/bin/bicep', from: 'of the Azure CLI' });
  });

  test('AZURE_CONFIG_DIR says where the Azure CLI keeps its own', async () => {
    const found = await findBicep(
      machine({ '/opt/az/bin/bicep': pinnedBicep }, { environment: { AZURE_CONFIG_DIR: '/opt/az' } }),
    );
    expect(found.file).toBe('/opt/az/bin/bicep');
  });

  test('on Windows the file is an exe', async () => {
    const file = 'C:\\Users\\Adele\\.azure\\bin\\bicep.exe';
    const found = await findBicep(
      machine({ [file]: pinnedBicep }, { platform: 'win32-x64', home: 'C:\\Users\\Adele' }),
    );
    expect(found.file).toBe(file);
  });

  test('what an earlier run has restored is used again', async () => {
    expect(await findBicep(machine({ '/cache/bicep': pinnedBicep }))).toMatchObject({ file: '/cache/bicep' });
  });

  test.each([
    ['linux-x64', 'linux-x64'],
    ['linux-arm64', 'linux-arm64'],
    ['darwin-x64', 'osx-x64'],
    ['darwin-arm64', 'osx-arm64'],
    ['win32-x64', 'win-x64'],
  ])('on %s the package of %s is restored, once', async (platform, named) => {
    const { machine: bare, asked } = restoring({ bicep: '0.30.3' }, platform);
    expect(await findBicep(bare)).toMatchObject({ file: '/cache/bicep', version: pinnedBicep });
    await findBicep(bare);
    expect(asked).toEqual([`Azure.Bicep.CommandLine.${named}`]);
  });

  test('where the pinned one is asked for, a newer one on the path is not used', async () => {
    const { machine: newer, asked } = restoring({ bicep: '9.0.0' }, 'linux-x64');
    expect(await findBicep(newer, 'pinned')).toMatchObject({ file: '/cache/bicep', version: pinnedBicep });
    expect(asked).toHaveLength(1);
  });
});

describe('when there is no Bicep', () => {
  const withoutDotnet = { restore: () => Promise.reject(new Error('dotnet is not there either')) };

  test('the message names each way to get one, and why the last one failed', async () => {
    const search = findBicep(machine({ bicep: '0.30.3' }, withoutDotnet));
    await expect(search).rejects.toThrow(/the one on the path is 0\.30\.3: too old/);
    await expect(search).rejects.toThrow(/dotnet is not there either/);
    await expect(search).rejects.toThrow(/on the path: https/);
    await expect(search).rejects.toThrow(`az bicep install --version v${pinnedBicep}`);
    await expect(search).rejects.toThrow(/\.NET SDK/);
  });

  test('on a platform without a package nothing is restored and .NET is not recommended', async () => {
    const search = findBicep(machine({}, { platform: 'freebsd-x64' }));
    await expect(search).rejects.toThrow(/NuGet has none for freebsd-x64/);
    await expect(search).rejects.not.toThrow(/\.NET SDK/);
  });

  test('a restored one that does not run is not handed out', async () => {
    const search = findBicep(machine({}, { restore: () => Promise.resolve() }));
    await expect(search).rejects.toThrow(/\/cache\/bicep does not run here/);
  });
});
