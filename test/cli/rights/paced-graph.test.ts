import { expect, test } from '@jest/globals';
import { lookAtRights } from '../../../cli/rights/look-at-rights.ts';
import { auditLogPace, pacedGraph } from '../../../cli/rights/paced-graph.ts';
import { tenantServices } from '../../builders/tenant-services.ts';

const tenants = Array.from({ length: 500 }, (_, index) => ({ id: `tenant-${String(index)}`, name: 'x' }));

test('many tenants share one allowance of the audit logs, and little more than half of it is ever taken', async () => {
  let clock = 0;
  const asked: number[] = [];
  const services = tenantServices();
  const ports = {
    ...services,
    graph: pacedGraph(
      {
        ...services.graph,
        readPage: (tenantId, path) => {
          if (path.startsWith('/auditLogs/')) asked.push(clock);
          return services.graph.readPage(tenantId, path);
        },
      },
      auditLogPace({
        now: () => clock,
        sleep: (milliseconds) => {
          clock += milliseconds;
          return Promise.resolve();
        },
      }),
    ),
  };
  for (const tenant of tenants) await lookAtRights(tenant, ports);
  expect(asked).toHaveLength(500);
  const most = asked.map((from) => asked.filter((at) => at >= from && at < from + 10_000).length);
  expect(Math.max(...most)).toBeLessThanOrEqual(66);
});
