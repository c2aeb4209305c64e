import type { StoredAlert } from '../alert/alert.ts';
import type { CardLink } from './adaptive-card.ts';

/** What a card must know about where it goes. */
export interface CardSetting {
  timeZone: string;
  /** Base URL of the links; without it a card has none. */
  publicUrl?: string;
  /** The tenant's name; its id where it is not in the settings. */
  tenantName(tenantId: string): string;
}

/** The id of a tenant is a GUID; whatever is longer must not be what makes a card too large. */
const longestTenantId = 64;

/** It names the tenant, so that one is asked for the alert and not all. */
export function alertLink(
  { id, tenantId }: Pick<StoredAlert, 'id' | 'tenantId'>,
  { publicUrl }: CardSetting,
): CardLink | undefined {
  if (publicUrl === undefined) return undefined;
  const tenant = tenantId.length > longestTenantId ? '' : `?tenant=${encodeURIComponent(tenantId)}`;
  return { title: 'Open the alert', url: `${publicUrl}/api/alerts/${encodeURIComponent(id)}${tenant}` };
}

const longestReference = 300;

/** The page that explains the matter. Only https: the address has travelled through queues and tables. */
export function referenceLink({ reference = '' }: StoredAlert['about']): CardLink | undefined {
  return reference.startsWith('https://') && reference.length <= longestReference
    ? { title: 'Read more', url: reference }
    : undefined;
}

const longestQuery = 300;

/** The list of alerts, narrowed where that is short: a link must not be what makes a card too large. */
export function listLink(narrowed: Record<string, string>, { publicUrl }: CardSetting): CardLink | undefined {
  if (publicUrl === undefined) return undefined;
  const query = new URLSearchParams(narrowed).toString();
  const search = query === '' || query.length > longestQuery ? '' : `?${query}`;
  return { title: 'Open the list', url: `${publicUrl}/api/alerts${search}` };
}
