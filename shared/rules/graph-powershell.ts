import type { Licence } from '../timeline/fact.ts';

/**
 * Commands of the Graph PowerShell module for runbooks; the older modules are retired (FACTS 8.8). An administrator pastes them into
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
