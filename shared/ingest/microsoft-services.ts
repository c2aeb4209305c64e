import type { Actor } from './audit-record.ts';
import { keyOf } from './property-name.ts';
import { asText, decoded } from '../json/json-value.ts';
import type { ModifiedProperty } from './property-change.ts';

/**
 * Services of Microsoft's own that stand in the logs where somebody belongs (FACTS 6.4). None of them is ever the person who did it:
 * each carries out what somebody else, or nobody, has decided.
 */
type MicrosoftService =
  /** Gives and takes the licences of groups. */
  | 'group-licensing'
  /** Takes licences away when a subscription has expired. */
  | 'subscription-lifecycle'
  /** Fills and empties dynamic groups, and deletes groups whose lifetime is over. */
  | 'group-management'
  | 'sign-up'
  | 'exchange'
  | 'password-reset';

/** Whole names, so that an application that somebody calls after one of them does not hide behind it; in any case, "Entra" for "Azure AD". */
const services: readonly [RegExp, MicrosoftService][] = [
  // It has changed its name before: all hold these words (FACTS 5.3).
  [/group-based licensing/i, 'group-licensing'],
  [
    /^microsoft (?:azure ad|azure active directory|entra|entra id) subscription lifecycle process$/i,
    'subscription-lifecycle',
  ],
  [/^microsoft approval management$/i, 'group-management'],
  [/^signup$/i, 'sign-up'],
  [/^microsoft substrate management$/i, 'exchange'],
  [/^fim_password_service@support\.onmicrosoft\.com$/i, 'password-reset'],
];

export function serviceCalled(name: string | undefined): MicrosoftService | undefined {
  const words = name?.trim().replace(/\s+/g, ' ');
  return words === undefined ? undefined : services.find(([pattern]) => pattern.test(words))?.[1];
}

/** Which service an actor is; undefined for a person, an application and a system account. */
export function microsoftService(actor: Actor | undefined): MicrosoftService | undefined {
  if (actor?.kind === 'group-licensing') return 'group-licensing';
  return actor?.kind === 'system' ? serviceCalled(actor.name) : undefined;
}

export function isMicrosoftService(actor: Actor | undefined): boolean {
  return microsoftService(actor) !== undefined;
}

export function kindOfService(name: string): Exclude<Actor['kind'], 'user'> {
  const service = serviceCalled(name);
  if (service === 'group-licensing') return 'group-licensing';
  return service !== undefined || /^(nt (authority|service)\\|s-1-5-18$|system$)/i.test(name)
    ? 'system'
    : 'application';
}

/** Group licensing, where the record names nobody and only the program that wrote tells it. */
export const propagationService: Actor = { kind: 'group-licensing', name: 'PropagationService' };

/** One witness is all that is known of it (FACTS 6.4): what follows from it is never certain. */
export function isPropagationService(actor: Actor | undefined): boolean {
  return actor?.kind === propagationService.kind && actor.name === propagationService.name;
}

/** Whether "Action Client Name" tells that group licensing wrote a change of licences. */
export function isWrittenByPropagation(properties: readonly ModifiedProperty[]): boolean {
  return properties.some(
    ({ name, after, before }) =>
      keyOf(name) === clientName && [after, before].map(textOf).includes(propagationText),
  );
}

const clientName = keyOf('Action Client Name');
const propagationText = 'propagationservice';

/** Graph writes `"\"PropagationService\""`, the unified log `PropagationService` (FACTS 6.5.10). */
function textOf(value: unknown): string | undefined {
  const content = decoded(value);
  return asText(Array.isArray(content) ? content[0] : content)?.toLowerCase();
}

const vendorWord =
  /^(?:azure|office|windows|entra|exchange|sharepoint|intune|dynamics|power|graph|teams)\b.*\b(?:services?|portal|cli|powershell|tools?|client|app|apps|api|center|online|management|process|graph)$/i;
const roomOrPerson = /\b(?:admin|administrator|users?|accounts?|rooms?|support|team)$/i;

/**
 * Whether the display name beside a user's UPN is that of an application of Microsoft (FACTS 6.4). Mostly it is empty or the person's own,
 * and nothing in the record tells which: so only what no person is called counts.
 */
export function isApplicationName(displayName: string): boolean {
  const name = displayName.trim();
  if (serviceCalled(name) !== undefined) return true;
  return (/^microsoft\b/i.test(name) && !roomOrPerson.test(name)) || vendorWord.test(name);
}
