/** A record of Entra's directory audits as Graph shows it; the simulated tenant reads only these two fields. */
export interface EntraRecord {
  id: string;
  activityDateTime: string;
  [field: string]: unknown;
}

/** A record of the unified log as the Management Activity API shows it. */
export interface UnifiedRecord {
  Id: string;
  CreationTime: string;
  Workload?: string | undefined;
  [field: string]: unknown;
}

export const contentTypes = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;
export type ContentType = (typeof contentTypes)[number];

const contentTypeOfWorkload: Record<string, ContentType> = {
  AzureActiveDirectory: 'Audit.AzureActiveDirectory',
  Exchange: 'Audit.Exchange',
  SharePoint: 'Audit.SharePoint',
  OneDrive: 'Audit.SharePoint',
};

/** One line of the directory audits. `order` tells lines of the same instant apart, so that pages have a fixed order. */
export interface EntraLine {
  record: EntraRecord;
  /** Milliseconds since 1970. */
  at: number;
  order: number;
  /** Before this instant Graph does not show it, whatever its activityDateTime: records come late (FACTS 6.1). */
  visibleFrom: number;
}

/** A blob of the Activity API. It becomes visible when it is created; its records happened earlier. */
export interface Content {
  id: string;
  type: ContentType;
  created: number;
  order: number;
  records: UnifiedRecord[];
}

export interface TenantDescription {
  id: string;
  name: string;
  domain: string;
}

/** What happened, on its way into the logs. Negative delays are arrivals in the past. */
export interface Deposit {
  entra?: readonly EntraRecord[];
  unified?: readonly UnifiedRecord[];
  /** Seconds from now until Graph shows the Entra records. */
  entraDelay?: number;
  /** Seconds from now until the blobs of the unified records are created. */
  unifiedDelay?: number;
}

export interface TenantLogs {
  readonly tenant: TenantDescription;
  readonly entra: readonly EntraLine[];
  readonly content: readonly Content[];
  deposit(records: Deposit): void;
}

const recordsInABlob = 100;

function createTenantLogs(tenant: TenantDescription, now: () => number): TenantLogs {
  const entra: EntraLine[] = [];
  const content: Content[] = [];
  return {
    tenant,
    entra,
    content,
    deposit({ entra: lines = [], unified = [], entraDelay = 0, unifiedDelay = 0 }) {
      for (const record of lines) {
        entra.push({
          record,
          at: Date.parse(record.activityDateTime),
          order: entra.length,
          visibleFrom: now() + entraDelay * 1000,
        });
      }
      const created = now() + unifiedDelay * 1000;
      for (const type of contentTypes) {
        const records = unified.filter((record) => contentTypeOf(record) === type);
        for (let start = 0; start < records.length; start += recordsInABlob) {
          const order = content.length;
          content.push({
            id: contentId(type, created, order),
            type,
            created,
            order,
            records: records.slice(start, start + recordsInABlob),
          });
        }
      }
    },
  };
}

function contentTypeOf({ Workload }: UnifiedRecord): ContentType {
  return contentTypeOfWorkload[Workload ?? ''] ?? 'Audit.General';
}

/** Ids of blobs are long and hold `$`, as the real ones do: they are legal in a path and must not be taken apart. */
function contentId(type: ContentType, created: number, order: number): string {
  const stamp = `${new Date(created).toISOString().replaceAll(/\D/g, '')}${String(order).padStart(6, '0')}`;
  return `${stamp}$${stamp}$${type.replaceAll('.', '_').toLowerCase()}$emea0011`;
}

export interface AuditLogs {
  /** The logs of a tenant that exists. */
  of(tenantId: string): TenantLogs | undefined;
  /** The logs of a tenant, which exists from now on. */
  open(tenant: TenantDescription): TenantLogs;
  /** All that exist, in the order in which they came. */
  tenants(): TenantDescription[];
}

export function createAuditLogs(now: () => number): AuditLogs {
  const tenants = new Map<string, TenantLogs>();
  return {
    of: (tenantId) => tenants.get(tenantId.toLowerCase()),
    open(tenant) {
      const id = tenant.id.toLowerCase();
      const logs = tenants.get(id) ?? createTenantLogs({ ...tenant, id }, now);
      tenants.set(id, logs);
      return logs;
    },
    tenants: () => [...tenants.values()].map(({ tenant }) => tenant),
  };
}
