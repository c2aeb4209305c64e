import type { Licence } from '../timeline/fact.ts';
import { minutesAfter } from '../time/moments.ts';

/**
 * Commands of the Graph PowerShell module for remedies; the older modules are retired (FACTS 8.8). An administrator pastes them into
 * a shell where he has rights, so nothing that a tenant can name gets into one unquoted.
 */

/** A literal. PowerShell ends a text in single quotes at typographic quotes too, and doubles any of them to mean itself. */
export function quoted(text: string): string {
  return `'${text.replace(/\p{Cc}/gu, ' ').replace(/['‘’‚‛]/g, (quote) => quote + quote)}'`;
}

/** Gives a user these products, with the service plans of each that are to stay off. */
export function assignLicences(userId: string, licences: readonly Licence[]): string {
  const added = licences.map(licenceHash).join(', ');
  return `Set-MgUserLicense -UserId ${quoted(userId)} -AddLicenses @(${added}) -RemoveLicenses @()`;
}

/** What the user has now: every product with its state, and the group that it comes from. */
export function showLicences(userId: string): string {
  return `(Get-MgUser -UserId ${quoted(userId)} -Property LicenseAssignmentStates).LicenseAssignmentStates`;
}

/** Gives these products to a group, and so to everybody in it. */
export function assignToGroup(groupId: string, licences: readonly Licence[]): string {
  const added = licences.map(licenceHash).join(', ');
  return `Set-MgGroupLicense -GroupId ${quoted(groupId)} -BodyParameter @{AddLicenses = @(${added}); RemoveLicenses = @()}`;
}

export function showGroupLicences(groupId: string): string {
  return `(Get-MgGroup -GroupId ${quoted(groupId)} -Property AssignedLicenses).AssignedLicenses`;
}

/** The groups that give any of these products. */
export function groupsThatGive(licences: readonly Licence[]): string {
  const skuIds = licences.map(skuIdExpression).join(', ');
  return `Get-MgGroup -All -Filter 'assignedLicenses/any()' -Property Id,DisplayName,AssignedLicenses | Where-Object { $_.AssignedLicenses.SkuId | Where-Object { $_ -in @(${skuIds}) } }`;
}

export function addToGroup(groupId: string, userId: string): string {
  return `New-MgGroupMember -GroupId ${quoted(groupId)} -DirectoryObjectId ${quoted(userId)}`;
}

/** The rule of a dynamic group, and whether it is worked on. */
export function showRule(groupId: string): string {
  const properties = 'DisplayName,MembershipRule,MembershipRuleProcessingState';
  return `Get-MgGroup -GroupId ${quoted(groupId)} -Property ${properties} | Select-Object ${properties}`;
}

export function setRule(groupId: string, rule: string): string {
  return `Update-MgGroup -GroupId ${quoted(groupId)} -MembershipRule ${quoted(rule)}`;
}

/** A user or a group, back from what was deleted in the last 30 days. */
export function restoreDeleted(id: string): string {
  return `Restore-MgDirectoryDeletedItem -DirectoryObjectId ${quoted(id)}`;
}

export function showSubscriptions(licences: readonly Licence[]): string {
  const skuIds = licences.map(skuIdExpression).join(', ');
  return `Get-MgDirectorySubscription -All | Where-Object { $_.SkuId -in @(${skuIds}) } | Select-Object SkuPartNumber,Status,NextLifecycleDateTime,TotalLicenses`;
}

/** Who pastes it as it is gets an error and no wrong country. */
export function setUsageLocation(userId: string): string {
  return `Update-MgUser -UserId ${quoted(userId)} -UsageLocation '<two-letter country code>'`;
}

/** Has group licensing look at the user again. */
export function reprocess(userId: string): string {
  return `Invoke-MgLicenseUser -UserId ${quoted(userId)}`;
}

/** What the Entra audit log holds between these moments, and ten minutes around. */
export function showRecords(from: string, to: string): string {
  const filter = `activityDateTime ge ${minutesAfter(from, -10)} and activityDateTime le ${minutesAfter(to, 10)}`;
  return `Get-MgAuditLogDirectoryAudit -Filter ${quoted(filter)}`;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of a product; where the logs gave only a part number, PowerShell looks it up. */
export function skuIdExpression({ skuId, partNumber }: Pick<Licence, 'skuId' | 'partNumber'>): string {
  if (guid.test(skuId)) return quoted(skuId);
  return `(Get-MgSubscribedSku -All | Where-Object SkuPartNumber -eq ${quoted(partNumber ?? skuId)}).SkuId`;
}

function licenceHash(licence: Licence): string {
  const off = licence.disabledPlans.map(({ id }) => id).filter((id) => guid.test(id));
  const disabled = off.length === 0 ? '' : `; DisabledPlans = @(${off.map(quoted).join(', ')})`;
  return `@{SkuId = ${skuIdExpression(licence)}${disabled}}`;
}
