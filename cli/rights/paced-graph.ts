import {
  type BudgetOptions,
  createRequestBudget,
  type RequestBudget,
} from '../../shared/adapters/request-budget.ts';
import type { LookedAtGraph } from './rights-by-call.ts';

/** Half of the 122 in 10 seconds that an application has over all tenants (FACTS 9): the app collects with it at the same time. */
export function auditLogPace(clock: Pick<BudgetOptions, 'now' | 'sleep'> = {}): RequestBudget {
  return createRequestBudget({ requests: 6, seconds: 1, patienceSeconds: Infinity, ...clock });
}

/** A command asks many tenants one after the other: its calls of the audit logs wait for each other, whatever tenant they are for. */
export function pacedGraph(graph: LookedAtGraph, pace: RequestBudget = auditLogPace()): LookedAtGraph {
  return {
    async readPage(tenantId, path) {
      if (path.startsWith('/auditLogs/')) await pace('all tenants');
      return graph.readPage(tenantId, path);
    },
    readObject: (tenantId, path) => graph.readObject(tenantId, path),
  };
}
