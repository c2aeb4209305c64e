import type { SourceName } from '../coverage/coverage.ts';
import { activityContent } from './activity-content.ts';
import type { AnyCollector } from './collector.ts';
import { entraDirectoryAudits } from './entra-directory-audits.ts';

/** What the Activity API is asked for, by source. */
const contentTypes = {
  'activity-azure-active-directory': 'Audit.AzureActiveDirectory',
  'activity-exchange': 'Audit.Exchange',
} as const;

/** The content types for which collection starts subscriptions. */
export const activityContentTypes: readonly string[] = Object.values(contentTypes);

/** The collector of each source; a new source is a name in `coverage/coverage.ts`, a file here and a line. */
const bySource = {
  'entra-directory-audits': entraDirectoryAudits,
  'activity-azure-active-directory': activityContent(
    'activity-azure-active-directory',
    contentTypes['activity-azure-active-directory'],
  ),
  'activity-exchange': activityContent('activity-exchange', contentTypes['activity-exchange']),
} satisfies Record<SourceName, unknown>;

export const collectors: readonly AnyCollector[] = Object.values(bySource);
