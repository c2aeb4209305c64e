import type { SourceName } from './coverage.ts';

/** By the names of sources; a source that is not among them is named as it is. */
const sourceWords: Partial<Record<string, string>> = {
  'entra-directory-audits': 'the Entra directory audits',
  'activity-azure-active-directory': 'the unified audit log',
  'activity-exchange': 'the Exchange part of the unified audit log',
} satisfies Record<SourceName, string>;

/** `the Entra directory audits and the unified audit log`. */
export function sourcesInWords(sources: readonly string[]): string {
  const named = sources.map((source) => sourceWords[source] ?? source);
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(named);
}
