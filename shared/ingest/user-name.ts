import { defined } from '../json/defined.ts';
import { asText } from '../json/json-value.ts';

/**
 * A UPN as written. The directory renames a deleted user by gluing the 32 digits of the object id before the UPN (FACTS 6.5.12):
 * then `id` is that id, with dashes and in lower case, and `upn` what it was before. `knownId` keeps apart a name that merely begins
 * with 32 hexadecimal digits. Empty where the text is no UPN.
 */
export function readUserName(value: unknown, knownId?: string): { id?: string; upn?: string } {
  const text = asText(value);
  if (text === undefined || !/^[^\s@]+@[^\s@]+$/.test(text)) return {};
  const match = /^([0-9a-f]{32})([^@]+@.+)$/i.exec(text);
  if (match === null) return { upn: text };
  const [, digits = '', upn] = match;
  const id = digits.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return knownId !== undefined && knownId !== id ? { upn: text } : defined({ id, upn });
}
