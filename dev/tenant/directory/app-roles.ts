/** What an application offers to be given, as its service principal shows it in every tenant; of an API of Microsoft a permission. */
export interface AppRole {
  id: string;
  /** In the tokens of who holds it; a role may have none. */
  value: string | null;
  displayName: string;
  description: string;
  allowedMemberTypes: string[];
  isEnabled: boolean;
  origin: string;
}

/** An API of Microsoft that grants permissions. */
export interface ResourceApi {
  appId: string;
  displayName: string;
  appRoles: readonly AppRole[];
}

function role(value: string, id: string): AppRole {
  const displayName = `Permission ${value}`;
  return {
    id,
    value,
    displayName,
    description: displayName,
    allowedMemberTypes: ['Application'],
    isEnabled: true,
    origin: 'Application',
  };
}

/** Ids of FACTS 11.9, written down here once more: a wrong id in the product must not find itself confirmed. */
const microsoftGraph: ResourceApi = {
  appId: '00000003-0000-0000-c000-000000000000',
  displayName: 'Microsoft Graph',
  appRoles: [
    role('AuditLog.Read.All', 'b0afded3-3588-46d8-8b3d-9842eff778da'),
    role('AuditLogsQuery.Read.All', '5e1e9171-754d-478c-812c-f1755a9a4c2d'),
    role('Directory.Read.All', '7ab1d382-f21e-4acd-a863-ba3e13f7da61'),
    role('Domain.Read.All', 'dbb9058a-0e50-45d7-ae91-66909b5d4664'),
    role('Group.Read.All', '5b567255-7703-4780-807c-7be8301ae99b'),
    role('GroupMember.Read.All', '98830695-27a2-44f7-8c18-0c3ebc9698f6'),
    role('LicenseAssignment.Read.All', 'e2f98668-2877-4f38-a2f4-8202e0717aa1'),
    role('LicenseAssignment.ReadWrite.All', '5facf0c1-8979-4e95-abcf-ff3d079771c0'),
    role('Mail.Send', 'b633e1c5-b582-4048-a93e-9f11b44c7e96'),
    role('MailboxSettings.Read', '40f97065-369a-49f4-947c-6a255697ae91'),
    role('OnPremDirectorySynchronization.Read.All', 'bb70e231-92dc-4729-aff5-697b3f04be95'),
    role('Organization.Read.All', '498476ce-e0fe-48b0-b801-37ba7e2685c6'),
    role('Policy.Read.All', '246dd0d5-5bd0-4def-940b-0421030a5b68'),
    role('Reports.Read.All', '230c1aed-a721-4c5d-9cb4-a90514e508ef'),
    role('ReportSettings.Read.All', 'ee353f83-55ef-4b78-82da-555bfa2b4b95'),
    role('ReportSettings.ReadWrite.All', '2a60023f-3219-47ad-baa4-40e17cd02a1d'),
    role('RoleManagement.Read.Directory', '483bed4a-2ad3-4361-a73b-c83ccdbdc53c'),
    role('User.Read.All', 'df021288-bdef-4463-88db-98f22de89214'),
    role('User.ReadWrite.All', '741f803b-c850-494e-b5df-cde7c675a1ca'),
    role('UserAuthenticationMethod.Read.All', '38d9df27-64da-44fd-b7c5-a6fbac20248f'),
    role('UserAuthenticationMethod.ReadWrite.All', '50483e42-d915-4231-9639-7fdb7fd190e5'),
  ],
};

const managementApis: ResourceApi = {
  appId: 'c5393580-f805-4401-95e8-94b7a6ef2fc2',
  displayName: 'Office 365 Management APIs',
  appRoles: [
    role('ActivityFeed.Read', '594c1fb6-4f81-4475-ae41-0c394909246c'),
    role('ActivityFeed.ReadDlp', '4807a72c-ad38-4250-94c9-4eabfe26cd55'),
  ],
};

export const resourceApis: readonly ResourceApi[] = [microsoftGraph, managementApis];

/** Names of every permission that can be granted here. */
export const permissionNames: readonly string[] = resourceApis.flatMap(({ appRoles }) =>
  appRoles.flatMap(({ value }) => value ?? []),
);
