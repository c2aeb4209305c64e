import { z } from 'zod';
import { oneLine } from '../host/log-line.ts';

/** What of an alert stands in a line; the rest is the product's. */
const pageSchema = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      severity: z.string(),
      status: z.string(),
      episode: z.number(),
      title: z.string(),
      updatedAt: z.string(),
      cause: z.object({ kind: z.string() }).optional(),
    }),
  ),
  next: z.string().optional(),
});
type SeenAlert = z.infer<typeof pageSchema>['value'][number];

/** Reads the alerts again and again, and says what is new since the last time. */
export interface AlertWatch {
  /** One line for each alert that is new or not as it was; the oldest change first. */
  news(): Promise<string[]>;
  /** Takes what is there now as told. @returns how many alerts that are */
  skip(): Promise<number>;
}

export function watchAlerts(productUrl: string): AlertWatch {
  const told = new Map<string, string>();

  const changed = async (): Promise<SeenAlert[]> => {
    const alerts = await readAlerts(productUrl);
    const news = alerts.filter((alert) => told.get(alert.id) !== aspect(alert));
    for (const alert of news) told.set(alert.id, aspect(alert));
    return news;
  };

  return {
    skip: async () => (await changed()).length,
    async news() {
      const alerts = await changed();
      return alerts
        .sort((one, other) => one.updatedAt.localeCompare(other.updatedAt))
        .map((alert) => alertLine(alert));
    },
  };
}

/** A later reading of the same is no news: only what a person would act on. */
function aspect({ episode, status, severity, cause }: SeenAlert): string {
  return [episode, status, severity, cause?.kind ?? ''].join(' ');
}

/** `14:03:07  high      open          Maria Oliveira: Office 365 E3 could not be assigned` */
export function alertLine(alert: SeenAlert): string {
  const time = new Date(alert.updatedAt).toLocaleTimeString('en-GB');
  const severity = alert.severity.padEnd(8);
  const status = alert.status.padEnd(12);
  const cause = alert.cause === undefined ? '' : ` (${alert.cause.kind})`;
  return oneLine(`${time}  ${severity}  ${status}  ${alert.title}${cause}`);
}

async function readAlerts(productUrl: string): Promise<SeenAlert[]> {
  const alerts: SeenAlert[] = [];
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ top: '1000', ...(after === undefined ? {} : { after }) });
    const response = await fetch(`${productUrl}/api/alerts?${query.toString()}`);
    if (!response.ok) throw new Error(`/api/alerts answered ${response.status}`);
    const page = pageSchema.parse(await response.json());
    alerts.push(...page.value);
    after = page.next;
  } while (after !== undefined);
  return alerts;
}
