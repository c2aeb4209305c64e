import type { Alert } from '../../shared/alert/alert.ts';
import { compareText } from '../../shared/text/order.ts';

type Opened = Pick<Alert, 'openedAt' | 'id'>;

/** The order of alerts everywhere: by `openedAt`, those of one moment by id. */
export function newestFirst(a: Opened, b: Opened): number {
  return compareText(b.openedAt, a.openedAt) || compareText(a.id, b.id);
}
