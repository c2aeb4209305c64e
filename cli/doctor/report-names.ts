import type { Graph } from '../../shared/services/graph.ts';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { Line } from './check.ts';
import { unseen } from './unseen.ts';

export function readReportSettings(
  graph: Pick<Graph, 'readObject'>,
  tenantId: string,
): Promise<ReadOutcome<Readonly<Record<string, unknown>>>> {
  return graph.readObject(tenantId, '/admin/reportSettings');
}

/** Usage reports can hide who their rows are about; such a row cannot be joined to a user. */
export function judgeReportNames(settings: ReadOutcome<Readonly<Record<string, unknown>>>): Line[] {
  if (settings.kind !== 'read') return [unseen('whether names in usage reports are concealed', settings)];
  switch (settings.value['displayConcealedNames']) {
    case false:
      return [{ status: 'ok', means: 'usage reports show names' }];
    case true:
      return [
        {
          status: 'warn',
          means:
            'usage reports conceal names: what is read from them (unlicensed mailboxes, licences that nobody uses) cannot be told of a user, so those rules will be blind; the audit logs are not concerned',
          mend: 'admin.microsoft.com > Settings > Org settings > Services > Reports: clear "Display concealed user, group, and site names in all reports"',
        },
      ];
    default:
      return [{ status: 'warn', means: 'Graph does not say whether names in usage reports are concealed' }];
  }
}
