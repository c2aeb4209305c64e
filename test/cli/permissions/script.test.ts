import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { grantScript, type ScriptOptions } from '../../../cli/permissions/script.ts';
import { commandLine } from '../../builders/command-line.ts';
import { featurePermissions, wantedPermissions } from '../../../shared/permissions.ts';
import { principalId, tenantId } from './home-directory.ts';

const filledIn: ScriptOptions = { wanted: wantedPermissions(), principalId, tenantId };

/** Plays the Azure CLI: says what it is told to by files beside it, and notes what it was called with. */
const fakeAz = `#!/usr/bin/env bash
here=$(dirname "$0")
printf '%s\\n' "$*" >>"$here/calls"
case "$*" in
  'account show'*) printf '%s\\r\\n' "$(cat "$here/tenant")" ;;
  'cloud show'*) echo 'https://graph.microsoft.com/' ;;
  'rest --method GET'*)
    for role in $(cat "$here/held" 2>/dev/null); do case "$*" in *"$role"*) echo "assignment-of-$role" ;; esac; done ;;
  'rest --method POST'*)
    if [ -e "$here/refuses" ]; then case "$*" in *"$(cat "$here/refuses")"*) echo 'Forbidden' >&2; exit 1 ;; esac; fi
    printf '%s\\n' "$*" | grep -o '"appRoleId":"[^"]*"' | cut -d'"' -f4 >>"$here/held"
    echo 'assignment' ;;
  'ad sp list'*) if [ -e "$here/unknown" ]; then case "$*" in *"$(cat "$here/unknown")"*) exit 0 ;; esac; fi; echo 'object-of-api' ;;
  'ad sp create'*) echo 'object-of-new-api' ;;
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'grant-script-'));
  write('az', fakeAz);
  chmodSync(path.join(folder, 'az'), 0o755);
  write('tenant', tenantId);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): void {
  writeFileSync(path.join(folder, name), text);
}

function bash(script: string, ...args: string[]): { code: number | null; out: string; err: string } {
  write('script.sh', script);
  const { status, stdout, stderr } = spawnSync('bash', [...args, path.join(folder, 'script.sh')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` },
  });
  return { code: status, out: stdout, err: stderr };
}

/** What runs in the shell that the script starts for itself. */
function inner(script: string): string {
  const [, body] = /^bash <<'GRACEWATCH'\n([\s\S]*)\nGRACEWATCH\n$/.exec(script) ?? [];
  if (body === undefined) throw new Error('the script is not one heredoc');
  return body;
}

const calls = (): string[] => {
  const file = path.join(folder, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

describe('the script for the Azure CLI', () => {
  test.each<[string, ScriptOptions]>([
    ['filled in', filledIn],
    ['with placeholders', { wanted: wantedPermissions() }],
    ['with the optional ones', { ...filledIn, wanted: wantedPermissions(['tenant-facts']) }],
  ])('is good bash (%s)', (_, options) => {
    const script = grantScript('az', options);
    expect(bash(script, '-n')).toEqual({ code: 0, out: '', err: '' });
    expect(bash(inner(script), '-n')).toEqual({ code: 0, out: '', err: '' });
  });

  test('grants what is needed through the API that has the role', () => {
    const ran = bash(grantScript('az', filledIn));
    expect(ran).toEqual({
      code: 0,
      out: 'granted  AuditLog.Read.All\ngranted  ActivityFeed.Read\n',
      err: '',
    });
    const [first, second, ...others] = calls().filter((call) => call.includes('--method POST'));
    expect(others).toEqual([]);
    expect(first).toContain(
      'https://graph.microsoft.com/v1.0/servicePrincipals/object-of-api/appRoleAssignedTo',
    );
    expect(first).toContain(
      `{"principalId":"${principalId}","resourceId":"object-of-api","appRoleId":"b0afded3-3588-46d8-8b3d-9842eff778da"}`,
    );
    expect(second).toContain('"appRoleId":"594c1fb6-4f81-4475-ae41-0c394909246c"');
    expect(calls().every((call) => !/DELETE|PATCH|PUT/.test(call))).toBe(true);
  });

  test('does nothing the second time', () => {
    bash(grantScript('az', filledIn));
    rmSync(path.join(folder, 'calls'));
    const ran = bash(grantScript('az', filledIn));
    expect(ran).toEqual({
      code: 0,
      out: 'has      AuditLog.Read.All\nhas      ActivityFeed.Read\n',
      err: '',
    });
    expect(calls().some((call) => call.includes('POST'))).toBe(false);
  });

  test('goes on with the rest where one is refused, names the role and ends with 1', () => {
    write('refuses', 'b0afded3-3588-46d8-8b3d-9842eff778da');
    const ran = bash(grantScript('az', filledIn));
    expect(ran.code).toBe(1);
    expect(ran.out).toBe('granted  ActivityFeed.Read\n');
    expect(ran.err).toContain('Privileged Role Administrator');
  });

  test('makes an API known to a tenant that has never used it', () => {
    write('unknown', 'c5393580-f805-4401-95e8-94b7a6ef2fc2');
    expect(bash(grantScript('az', filledIn)).code).toBe(0);
    expect(calls()).toContain(
      'ad sp create --id c5393580-f805-4401-95e8-94b7a6ef2fc2 --query id --output tsv',
    );
    expect(calls().at(-1)).toContain('"resourceId":"object-of-new-api"');
  });

  test('touches no other tenant than its own', () => {
    write('tenant', '22222222-2222-4222-8222-222222222222');
    const ran = bash(grantScript('az', filledIn));
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`az login --allow-no-subscriptions --tenant ${tenantId}`);
    expect(calls()).toHaveLength(1);
  });

  test('explains its placeholders and does not run with them', () => {
    const script = grantScript('az', { wanted: wantedPermissions() });
    expect(script).toMatch(
      /# <IDENTITY_OBJECT_ID>: the object \(principal\) id of the identity, not its client id/,
    );
    expect(script).toMatch(/# <TENANT_ID>: the id of the tenant/);
    expect(bash(script)).toMatchObject({ code: 2, out: '' });
    expect(calls()).toEqual([]);
  });
});

describe('the script for PowerShell', () => {
  test('grants the same', () => {
    const script = grantScript('powershell', filledIn);
    for (const { feature, permission } of featurePermissions) {
      expect(script.includes(permission.appRoleId)).toBe(!feature.optional);
    }
    expect(script).toContain(`$identity = '${principalId}'`);
    expect(script).toContain(`$tenant = '${tenantId}'`);
    expect(script).not.toMatch(/Remove-|Update-/);
  });

  test('closes what it opens', () => {
    const script = grantScript('powershell', { wanted: wantedPermissions(['tenant-facts']) });
    const count = (character: string): number => script.split(character).length - 1;
    for (const [open = '', close = ''] of ['()', '{}']) expect(count(open)).toBe(count(close));
    expect(count('"') % 2).toBe(0);
    expect(script).toContain("throw 'Fill in the identity and the tenant");
  });
});

describe('gracewatch permissions script', () => {
  test('prints both, and needs no settings and no network', async () => {
    const ran = await commandLine(['permissions', 'script']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toBe(
      `${grantScript('az', { wanted: wantedPermissions() })}\n${grantScript('powershell', { wanted: wantedPermissions() })}`,
    );
  });

  test('prints one, filled in and with what is optional', async () => {
    const ran = await commandLine([
      ...['permissions', 'script', '--shell', 'az', '--with', 'tenant-facts'],
      ...['--identity', principalId.toUpperCase(), '--tenant', tenantId],
    ]);
    expect(ran.out).toBe(grantScript('az', { ...filledIn, wanted: wantedPermissions(['tenant-facts']) }));
  });

  test.each([
    ['--identity', "x'; rm -rf ~; '"],
    ['--tenant', '$(id)'],
    ['--with', 'entra-audit-log'],
    ['--shell', 'zsh'],
  ])('puts nothing into a script but what it is: %s %s', async (option, value) => {
    const ran = await commandLine(['permissions', 'script', option, value]);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('Try: gracewatch permissions --help');
  });
});
