import type { AuditRecord } from '../ingest/audit-record.ts';
import type { QueueName } from '../ports.ts';
import type { ReadState } from '../state/state.ts';

/** Where what was collected goes. */
export interface Route {
  queue: QueueName;
  kind: string;
  items: readonly unknown[];
  mostItems: number;
}

export interface Collected {
  records: readonly AuditRecord[];
  states: readonly ReadState[];
  /** It comes from the first collection of its source: what lies back in it is told as numbers. */
  first: boolean;
}

/** So few that a message is evaluated quickly: one that is cut off again and again would be taken for poison. */
const mostItems = 15;

/** The one place that knows who takes what was collected. */
export function route({ records, states, first }: Collected): Route[] {
  const suffix = first ? '-of-first-collection' : '';
  const queue = 'signals';
  const routes: Route[] = [
    { queue, kind: `audit-records${suffix}`, items: records, mostItems },
    { queue, kind: `states${suffix}`, items: states, mostItems },
  ];
  return routes.filter(({ items }) => items.length > 0);
}
