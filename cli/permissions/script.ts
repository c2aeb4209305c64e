import { apis, type FeaturePermission, roleToGrant } from '../../shared/permissions.ts';
import type { Shell } from './options.ts';

/** What a script is filled in with; what is not known is a placeholder that the script explains and refuses to run with. */
export interface ScriptOptions {
  wanted: readonly FeaturePermission[];
  /** Object id of the managed identity. */
  principalId?: string;
  tenantId?: string;
}

/** A script that grants what is wanted, to be pasted into a shell or kept as a file; it may be run again and removes nothing. */
export function grantScript(shell: Shell, options: ScriptOptions): string {
  switch (shell) {
    case 'az':
      return azScript(options);
    case 'powershell':
      return powershellScript(options);
  }
}

const identityPlaceholder = '<IDENTITY_OBJECT_ID>';
const tenantPlaceholder = '<TENANT_ID>';

function explanation({ wanted, principalId, tenantId }: ScriptOptions): string[] {
  return [
    'Grants the managed identity of Gracewatch what it needs to read, and nothing else.',
    'Safe to run again; removes nothing. Lets nobody write to the tenant.',
    `Who runs it needs the directory role ${roleToGrant(wanted)}, active now.`,
    ...(principalId === undefined
      ? [
          '',
          `${identityPlaceholder}: the object (principal) id of the identity, not its client id. Whoever deployed it finds it with`,
          "  az functionapp identity show --name APP --resource-group RG --query 'userAssignedIdentities.*.principalId' --output tsv",
        ]
      : []),
    ...(tenantId === undefined
      ? ['', `${tenantPlaceholder}: the id of the tenant in which the identity was made.`]
      : []),
  ].map((line) => `# ${line}`.trimEnd());
}

/** In a shell of its own, because `exit` in a pasted script would close the window, and zsh knows no comments when it is typed to. */
function azScript(options: ScriptOptions): string {
  const { wanted, principalId = identityPlaceholder, tenantId = tenantPlaceholder } = options;
  const lines = [
    "bash <<'GRACEWATCH'",
    ...explanation(options),
    '# Azure CLI, signed in before with: az login --allow-no-subscriptions --tenant TENANT_ID',
    '',
    `identity='${principalId}'`,
    `tenant='${tenantId}'`,
    '',
    'case "$identity$tenant" in',
    '  *"<"*)',
    '    echo "Fill in the identity and the tenant at the top of this script." >&2',
    '    exit 2',
    '    ;;',
    'esac',
    'set -o pipefail',
    'ask() { az "$@" --output tsv </dev/null | tr -d \'\\r\'; }',
    'here=$(ask account show --query tenantId) || exit 1',
    'if [ "$here" != "$tenant" ]; then',
    '  echo "You are signed in to tenant $here: az login --allow-no-subscriptions --tenant $tenant" >&2',
    '  exit 1',
    'fi',
    'graph=$(ask cloud show --query endpoints.microsoftGraphResourceId) || exit 1',
    'graph="${graph%/}/v1.0"',
    'failed=0',
    '',
    'grant() {',
    '  name=$1 role=$2 api=$3',
    '  held=$(ask rest --method GET --url "$graph/servicePrincipals/$identity/appRoleAssignments?\\$top=999" \\',
    '    --query "value[?appRoleId==\'$role\'].id") || return 1',
    '  if [ -n "$held" ]; then',
    '    echo "has      $name"',
    '    return 0',
    '  fi',
    '  resource=$(ask ad sp list --filter "appId eq \'$api\'" --query "[].id") || return 1',
    '  if [ -z "$resource" ]; then',
    '    resource=$(ask ad sp create --id "$api" --query id) || return 1',
    '  fi',
    '  ask rest --method POST --url "$graph/servicePrincipals/$resource/appRoleAssignedTo" \\',
    '    --headers Content-Type=application/json --query id \\',
    '    --body "{\\"principalId\\":\\"$identity\\",\\"resourceId\\":\\"$resource\\",\\"appRoleId\\":\\"$role\\"}" >/dev/null || return 1',
    '  echo "granted  $name"',
    '}',
    '',
    ...wanted.flatMap(({ feature, permission: { api, name, appRoleId } }) => [
      `# ${apis[api].title}, for: ${feature.title}`,
      `grant '${name}' '${appRoleId}' '${apis[api].appId}' || failed=1`,
    ]),
    '',
    'if [ "$failed" -ne 0 ]; then',
    `  echo "Not all was granted. The directory role that may: ${roleToGrant(wanted)}." >&2`,
    'fi',
    'exit "$failed"',
    'GRACEWATCH',
  ];
  return `${lines.join('\n')}\n`;
}

function powershellScript(options: ScriptOptions): string {
  const { wanted, principalId = identityPlaceholder, tenantId = tenantPlaceholder } = options;
  const lines = [
    ...explanation(options),
    '# Microsoft Graph PowerShell: Install-Module Microsoft.Graph.Applications -Scope CurrentUser',
    '& {',
    "  $ErrorActionPreference = 'Stop'",
    `  $identity = '${principalId}'`,
    `  $tenant = '${tenantId}'`,
    "  if (\"$identity$tenant\" -match '<') { throw 'Fill in the identity and the tenant at the top of this script.' }",
    '',
    "  Connect-MgGraph -TenantId $tenant -Scopes 'AppRoleAssignment.ReadWrite.All', 'Application.Read.All' -NoWelcome",
    '  $held = (Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $identity -All).AppRoleId',
    '  $failed = $false',
    '  $wanted = @(',
    ...wanted.flatMap(({ feature, permission: { api, name, appRoleId } }) => [
      `    # ${apis[api].title}, for: ${feature.title}`,
      `    @{ Name = '${name}'; Role = '${appRoleId}'; Api = '${apis[api].appId}' }`,
    ]),
    '  )',
    '  foreach ($one in $wanted) {',
    '    if ($held -contains $one.Role) { "has      $($one.Name)"; continue }',
    '    try {',
    '      $resource = Get-MgServicePrincipal -Filter "appId eq \'$($one.Api)\'"',
    '      if (-not $resource) {',
    "        Connect-MgGraph -TenantId $tenant -Scopes 'Application.ReadWrite.All' -NoWelcome",
    '        $resource = New-MgServicePrincipal -AppId $one.Api',
    '      }',
    '      New-MgServicePrincipalAppRoleAssignedTo -ServicePrincipalId $resource.Id -ResourceId $resource.Id `',
    '        -PrincipalId $identity -AppRoleId $one.Role | Out-Null',
    '      "granted  $($one.Name)"',
    '    } catch {',
    '      Write-Warning "$($one.Name): $($_.Exception.Message)"',
    '      $failed = $true',
    '    }',
    '  }',
    `  if ($failed) { throw 'Not all was granted. The directory role that may: ${roleToGrant(wanted)}.' }`,
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
