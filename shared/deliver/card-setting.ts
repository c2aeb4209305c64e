/** What a card must know about where it goes. */
export interface CardSetting {
  timeZone: string;
  /** Base URL of the links; without it a card has none. */
  publicUrl?: string;
  /** The tenant's name; its id where it is not in the settings. */
  tenantName(tenantId: string): string;
}

export interface CardLink {
  title: string;
  url: string;
}

export function alertLink(id: string, { publicUrl }: CardSetting): CardLink | undefined {
  return publicUrl === undefined
    ? undefined
    : { title: 'Open the alert', url: `${publicUrl}/api/alerts/${encodeURIComponent(id)}` };
}

const longestQuery = 300;

/** The list of alerts, narrowed where that is short: a link must not be what makes a card too large. */
export function listLink(narrowed: Record<string, string>, { publicUrl }: CardSetting): CardLink | undefined {
  if (publicUrl === undefined) return undefined;
  const query = new URLSearchParams(narrowed).toString();
  const search = query === '' || query.length > longestQuery ? '' : `?${query}`;
  return { title: 'Open the list', url: `${publicUrl}/api/alerts${search}` };
}
