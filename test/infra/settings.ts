import { ofType, type Resource, type Snapshot } from './template.ts';

/** The resource that holds the application settings. */
export function isSettings({ type, name }: Resource): boolean {
  return type === 'Microsoft.Web/sites/config' && name.endsWith('/appsettings');
}

/** The application settings as they would be deployed, by name. What only Azure knows is an expression in square brackets. */
export function settingsOf(snapshot: Snapshot): Record<string, string> {
  const settings = ofType(snapshot, 'Microsoft.Web/sites/config').find(isSettings)?.['properties'];
  return { ...(settings as Record<string, string> | undefined) };
}

/** The name of the secret that a setting refers to; undefined for a setting that holds its own value. */
export function secretReferredTo(value: string): string | undefined {
  return /^@Microsoft\.KeyVault\(VaultName=[^;]+;SecretName=([^;)]+)\)$/.exec(value)?.[1];
}
