/**
 * The one table of what Gracewatch may do in a tenant: which feature needs which application permission, why, and what is lost
 * without it. The commands, the adapters' refusals and docs/permissions.md all take it from here.
 */

import type { SourceName } from './coverage/coverage.ts';

export type ApiName = 'graph' | 'activity';

/** An API that grants permissions, as each directory knows it. */
export interface Api {
  title: string;
  /** The same in every tenant (FACTS 11.9). */
  appId: string;
  /** The least directory role that may grant its application permissions. */
  grantedBy: string;
}

export const apis: Readonly<Record<ApiName, Api>> = {
  graph: {
    title: 'Microsoft Graph',
    appId: '00000003-0000-0000-c000-000000000000',
    // The administrators of applications may grant those of every API but this one.
    grantedBy: 'Privileged Role Administrator',
  },
  activity: {
    title: 'Office 365 Management APIs',
    appId: 'c5393580-f805-4401-95e8-94b7a6ef2fc2',
    grantedBy: 'Cloud Application Administrator',
  },
};

export type PermissionName =
  'AuditLog.Read.All' | 'ActivityFeed.Read' | 'Organization.Read.All' | 'ReportSettings.Read.All';

/** An application permission: an app role that a tenant's administrator grants. */
export interface Permission {
  api: ApiName;
  name: PermissionName;
  /** The same in every tenant (FACTS 7.1, 11.9). */
  appRoleId: string;
  /** What is read with it. */
  reads: string;
  /** As paths of the API begin that need it: a refusal there names this permission. */
  paths: readonly string[];
}

export type FeatureName = 'entra-audit-log' | 'unified-audit-log' | 'tenant-facts';

export interface Feature {
  name: FeatureName;
  title: string;
  permissions: readonly Permission[];
  /** The sources that are collected with it. */
  sources: readonly SourceName[];
  /** What it is needed for. */
  why: string;
  /** What is lost without it. */
  without: string;
  /** Not needed, and granted only when somebody asks for it by name. */
  optional: boolean;
}

export const features: readonly Feature[] = [
  {
    name: 'entra-audit-log',
    title: 'Entra audit log',
    permissions: [
      {
        api: 'graph',
        name: 'AuditLog.Read.All',
        appRoleId: 'b0afded3-3588-46d8-8b3d-9842eff778da',
        reads: 'the directory audits',
        paths: ['/auditLogs/'],
      },
    ],
    sources: ['entra-directory-audits'],
    why: 'who changed whose licences, groups and accounts, and which assignment failed',
    without: 'no licence change is seen as it happens, and nobody can be named for one',
    optional: false,
  },
  {
    name: 'unified-audit-log',
    title: 'Unified audit log',
    permissions: [
      {
        api: 'activity',
        name: 'ActivityFeed.Read',
        appRoleId: '594c1fb6-4f81-4475-ae41-0c394909246c',
        reads: 'the audit records of Entra ID and of Exchange',
        paths: ['/activity/feed/'],
      },
    ],
    sources: ['activity-azure-active-directory', 'activity-exchange'],
    why: 'the second witness: details that the Entra log leaves out, and the commands of Exchange',
    without:
      'a change that the Entra log only marks stays without its details, and "nothing was logged" can never be said',
    optional: false,
  },
  {
    name: 'tenant-facts',
    title: 'Facts about the tenant',
    permissions: [
      {
        api: 'graph',
        name: 'Organization.Read.All',
        appRoleId: '498476ce-e0fe-48b0-b801-37ba7e2685c6',
        reads:
          'the subscribed products: whether Entra ID P1 is among them, which decides how far back the Entra log goes',
        // LicenseAssignment.Read.All would be enough for the products (FACTS 3.1), but it also reads the licences of every user.
        paths: ['/subscribedSkus', '/organization'],
      },
      {
        api: 'graph',
        name: 'ReportSettings.Read.All',
        appRoleId: 'ee353f83-55ef-4b78-82da-555bfa2b4b95',
        reads: 'whether names in usage reports are concealed',
        paths: ['/admin/reportSettings'],
      },
    ],
    sources: [],
    why: 'says what else there is to see in the tenant: `gracewatch doctor` tells it',
    without: '`gracewatch doctor` cannot tell; nothing else changes',
    optional: true,
  },
];

/** What is asked for nowhere, and why not: the answer to whoever must agree. */
export const notAskedFor: readonly { permission: string; because: string }[] = [
  {
    permission: 'any permission that writes (`…ReadWrite…`, `Mail.Send`)',
    because: 'Gracewatch changes nothing in a tenant; what a card recommends, an administrator does himself',
  },
  {
    permission: '`Directory.Read.All`',
    because: 'it reads every object of the directory, and the audit logs need none of them',
  },
  {
    permission: '`User.Read.All`, `Group.Read.All`, `LicenseAssignment.Read.All`',
    because: 'this version takes what it knows of users and groups from the audit logs alone',
  },
  {
    permission: '`Mail.Read`, `MailboxSettings.Read`, `Files.Read.All`',
    because: 'no content of mailboxes, sites or chats is read',
  },
  {
    permission: '`ActivityFeed.ReadDlp`',
    because: 'it brings the sensitive text that a data loss rule found',
  },
];

/** The feature with its permission, one entry for each permission of each feature. */
export interface FeaturePermission {
  feature: Feature;
  permission: Permission;
}

/** Every permission of every feature, in the table's order. */
export const featurePermissions: readonly FeaturePermission[] = features.flatMap((feature) =>
  feature.permissions.map((permission) => ({ feature, permission })),
);

/** What the needed features take, and the optional ones that were asked for. */
export function wantedPermissions(optional: readonly FeatureName[] = []): FeaturePermission[] {
  return featurePermissions.filter(({ feature }) => !feature.optional || optional.includes(feature.name));
}

/** The directory role that may grant all of them: what may grant those of Graph may grant any. */
export function roleToGrant(wanted: readonly FeaturePermission[]): string {
  return apis[wanted.some(({ permission }) => permission.api === 'graph') ? 'graph' : 'activity'].grantedBy;
}

/** The permission that reading this path of the API takes; undefined where the product reads no such path. */
export function permissionToRead(api: ApiName, path: string): PermissionName | undefined {
  return featurePermissions.find(
    ({ permission }) => permission.api === api && permission.paths.some((prefix) => path.startsWith(prefix)),
  )?.permission.name;
}
