import { createActivityApi } from '../../shared/adapters/activity-api.ts';
import { createCoverageTable } from '../../shared/adapters/coverage-table.ts';
import { createTokenFor } from '../../shared/adapters/credentials.ts';
import { createGraph } from '../../shared/adapters/graph.ts';
import type { StorageClients } from '../../shared/adapters/storage.ts';
import type { Access } from '../../shared/config.ts';
import names from '../../shared/names.json' with { type: 'json' };
import { createDirectory } from '../directory/graph-directory.ts';
import { personTokenFor } from '../person-token.ts';
import type { Target } from '../target/target.ts';
import type { RightsPorts } from './look-at-rights.ts';
import { pacedGraph } from './paced-graph.ts';

/**
 * What `lookAtRights` takes: the app's own credential here, or the person's view of an app in Azure.
 * @param storage of an app in Azure; undefined where its settings are wrong
 * @param now ISO 8601
 */
export function connectRights(
  { app }: Target,
  { credential, endpoints }: Pick<Access, 'credential' | 'endpoints'>,
  storage: StorageClients | undefined,
  now: string,
): RightsPorts {
  if (app === undefined) {
    const tokenFor = createTokenFor(credential, endpoints.authority);
    return {
      kind: 'own',
      tokenFor,
      graph: pacedGraph(createGraph({ endpoint: endpoints.graph, tokenFor })),
      activity: createActivityApi({ endpoint: endpoints.activity, tokenFor }),
      endpoints,
    };
  }
  const homeTenantOnly = credential.kind === 'managed-identity';
  return {
    kind: 'afar',
    homeTenantOnly,
    ...(storage === undefined ? {} : { coverage: createCoverageTable(storage.table(names.tables.coverage)) }),
    now,
    ...(homeTenantOnly && app.identity !== undefined
      ? {
          identity: {
            tenantId: app.tenantId,
            principalId: app.identity.principalId,
            directory: createDirectory({
              endpoint: endpoints.graph,
              tokenFor: personTokenFor('signed-in'),
              tenantId: app.tenantId,
            }),
          },
        }
      : {}),
  };
}
