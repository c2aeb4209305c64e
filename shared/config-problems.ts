import type { z } from 'zod';

/** Notes what is wrong with a setting: its name and what is expected, never its value. */
export type Wrong = (setting: string, expected: string) => void;

/** The trimmed value of a setting; undefined when it is missing or empty. */
export type Text = (setting: string) => string | undefined;

/** In the app's environment: the platform puts the secret there, or leaves the reference where it could not resolve it. */
export function isKeyVaultReference(value: string | undefined): boolean {
  return value?.trim().startsWith('@Microsoft.KeyVault(') === true;
}

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname);
}

/** Who has mended these finds the others by the same pattern. */
const mostIssues = 5;

/** Parses JSON and its shape; what is wrong is told by path and rule. */
export function readJson<T>(
  setting: string,
  value: string,
  schema: z.ZodType<T>,
  expected: string,
  wrong: Wrong,
): T | undefined {
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    wrong(setting, `must be ${expected}; it is not valid JSON`);
    return undefined;
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const told = issues
    .slice(0, mostIssues)
    .map((issue) => `${issue.path.join('.') || '(all)'}: ${issue.message}`);
  const more = issues.length > told.length ? [`and ${String(issues.length - told.length)} more`] : [];
  wrong(setting, `must be ${expected}; ${[...told, ...more].join('; ')}`);
  return undefined;
}
