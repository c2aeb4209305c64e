import { type ContentType, contentTypes } from './audit-logs.ts';

const day = 24 * 60 * 60 * 1000;

/** A first subscription also brings what was created about a day before it (FACTS 7.3). */
const backfill = day;

interface Subscription {
  enabled: boolean;
  /** Content created before this instant cannot be had: a stop loses what comes until the next start (FACTS 7.2). */
  from: number;
}

/** `never`: nobody has started it. */
export const subscriptionStates = ['enabled', 'disabled', 'never'] as const;
type SubscriptionState = (typeof subscriptionStates)[number];

/** Which content types of the Activity API were started, by tenant. */
export interface ContentSubscriptions {
  state(tenantId: string, type: ContentType): SubscriptionState;
  /** All that were ever started, as the service lists them. */
  list(tenantId: string): { contentType: ContentType; status: 'enabled' | 'disabled'; webhook: null }[];
  /** The instant from which content can be had; `undefined` where it is not enabled. */
  enabledFrom(tenantId: string, type: ContentType): number | undefined;
  /** Starts and stops as the service does; what is in that state already stays as it is. */
  set(tenantId: string, type: ContentType, state: SubscriptionState): void;
}

export function createContentSubscriptions(now: () => number): ContentSubscriptions {
  const subscriptions = new Map<string, Subscription>();
  const keyOf = (tenantId: string, type: ContentType): string => `${tenantId} ${type}`;

  const state: ContentSubscriptions['state'] = (tenantId, type) => {
    const subscription = subscriptions.get(keyOf(tenantId, type));
    if (subscription === undefined) return 'never';
    return subscription.enabled ? 'enabled' : 'disabled';
  };

  return {
    state,
    list: (tenantId) =>
      contentTypes.flatMap((contentType) => {
        const status = state(tenantId, contentType);
        return status === 'never' ? [] : [{ contentType, status, webhook: null }];
      }),
    enabledFrom(tenantId, type) {
      const subscription = subscriptions.get(keyOf(tenantId, type));
      return subscription?.enabled === true ? subscription.from : undefined;
    },
    set(tenantId, type, wanted) {
      const before = state(tenantId, type);
      if (before === wanted) return;
      const key = keyOf(tenantId, type);
      switch (wanted) {
        case 'enabled':
          subscriptions.set(key, { enabled: true, from: before === 'never' ? now() - backfill : now() });
          return;
        case 'disabled':
          subscriptions.set(key, { enabled: false, from: now() });
          return;
        case 'never':
          subscriptions.delete(key);
      }
    },
  };
}
