/**
 * What people miss when it is gone, and the service plans that give it. A product replaces another when it carries an enabled plan of
 * every family that the other had enabled; plan ids alone would call every move from E3 to E5 a loss.
 *
 * Source: the plan names of Microsoft's table "Product names and service plan identifiers for licensing" (`products.json`), sorted by
 * hand. Left out are plans that carry a family's name without giving it to a user: add-ons, plans for devices and unattended robots,
 * phone-only Office, Office in the browser (SHAREPOINTWAC), and the basic device management of Office 365 (INTUNE_O365).
 */
export const planFamilies = [
  'mailbox',
  'teams',
  'sharepoint',
  'office-apps',
  'intune',
  'entra-premium',
] as const;
export type PlanFamily = (typeof planFamilies)[number];

export const familyNames = {
  mailbox: 'Exchange mailbox',
  teams: 'Teams',
  sharepoint: 'SharePoint',
  'office-apps': 'Office apps',
  intune: 'Intune',
  'entra-premium': 'Entra ID premium',
} as const satisfies Record<PlanFamily, string>;

/**
 * The plans that carry a mailbox (FACTS 3.4). "Any Exchange plan" is the classic false positive: EXCHANGE_S_FOUNDATION sits in
 * products that have nothing to do with mail, and the archive plans hold no mailbox of their own.
 */
export const mailboxPlanIds: readonly string[] = [
  '9aaf7827-d63c-4b61-89c3-182f06f82e5c', // EXCHANGE_S_STANDARD
  'efb87545-963c-4e0d-99df-69c6916d9eb0', // EXCHANGE_S_ENTERPRISE
  '4a82b400-a79f-41a4-b4e2-e94f5787b113', // EXCHANGE_S_DESKLESS
  '1126bef5-da20-4f07-b45e-ad25d2581aa8', // EXCHANGE_S_ESSENTIALS
  'd42bdbd6-c335-4231-ab3d-c8f348d5aff5', // EXCHANGE_L_STANDARD
  '90927877-dcff-4af6-b346-2332c0b15bb7', // EXCHANGE_B_STANDARD
  'fc52cc4b-ed7d-472d-bbe7-b081c23ecc56', // EXCHANGE_S_STANDARD_MIDMARKET
  'e9b4930a-925f-45e2-ac2a-3f7788ca6fdd', // EXCHANGE_S_STANDARD_GOV
  '8c3069c0-ccdb-44be-ab77-986203a67df2', // EXCHANGE_S_ENTERPRISE_GOV
  '88f4d7ef-a73b-4246-8047-516022144c9f', // EXCHANGE_S_DESKLESS_GOV
];

/** By name, as the table has one id for each of these names (a test holds that). */
export const plansOfFamily: Readonly<Record<Exclude<PlanFamily, 'mailbox'>, readonly string[]>> = {
  teams: ['TEAMS1', 'TEAMS_GOV', 'TEAMS_AR_DOD', 'TEAMS_AR_GCCHIGH', 'TEAMS_DESKLESS', 'TeamsEss'],
  sharepoint: [
    'SHAREPOINTENTERPRISE',
    'SHAREPOINTENTERPRISE_EDU',
    'SHAREPOINTENTERPRISE_GOV',
    'SHAREPOINTENTERPRISE_MIDMARKET',
    'SHAREPOINTSTANDARD',
    'SHAREPOINTSTANDARD_EDU',
    'SharePoint Plan 1G',
    'SHAREPOINTDESKLESS',
    'SHAREPOINTDESKLESS_GOV',
    'SHAREPOINTLITE',
    'SHAREPOINT_S_DEVELOPER',
  ],
  'office-apps': [
    'OFFICESUBSCRIPTION',
    'OFFICESUBSCRIPTION_GOV',
    'OFFICE_BUSINESS',
    'OFFICE_PRO_PLUS_SUBSCRIPTION_SMBIZ',
  ],
  intune: ['INTUNE_A', 'INTUNE_A_GOV', 'INTUNE_A_VL', 'INTUNE_EDU', 'INTUNE_SMBIZ'],
  'entra-premium': ['AAD_PREMIUM', 'AAD_PREMIUM_P2'],
};
