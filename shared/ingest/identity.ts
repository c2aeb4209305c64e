import { defined } from '../json/defined.ts';
import { entriesOf } from './cut-content.ts';
import { asObject, asText } from '../json/json-value.ts';
import { readGuid, readObjectId } from './object-id.ts';
import { readUserName } from './user-name.ts';

/** Somebody or something as the unified log names it. `kind` is `user`, `group`, `serviceprincipal`, … where it is told. */
interface Identity {
  kind?: string;
  id?: string;
  upn?: string;
  name?: string;
}

const kinds = ['user', 'group', 'serviceprincipal', 'application', 'device', 'role', 'contact', 'directory'];

/**
 * An `Actor` or `Target`: a list that mixes UPN, PUID, ids, kind and display name of one identity, and for a user also name and id of
 * the application he worked through (FACTS 6.5.12). So the id with its kind before it, `User_<guid>`, is preferred to a bare one. What the
 * list does not tell comes from `alone`, the record's ObjectId or UserId.
 */
export function readIdentity(list: unknown, alone: unknown): Identity {
  const entries = entriesOf(list).flatMap((entry) => {
    const object = asObject(entry);
    const text = asText(object?.['ID']);
    return text === undefined ? [] : [{ text, type: asText(object?.['Type']) }];
  });
  const texts = entries.map(({ text }) => text);
  const own = asText(alone);
  if (own !== undefined) texts.push(own);

  const prefixed = firstOf(texts, readPrefixed);
  const word = texts.map((text) => text.toLowerCase()).find((text) => kinds.includes(text));
  const bareId = firstOf(texts, readGuid);
  const id = prefixed?.id ?? bareId;
  const user = firstOf(texts, (text) => {
    const name = readUserName(text, id);
    return name.upn === undefined ? undefined : name;
  });
  return defined({
    kind: prefixed?.kind ?? word,
    id: id ?? user?.id,
    upn: user?.upn,
    name: entries.find(({ text, type }) => type === '1' && readGuid(text) === undefined)?.text,
  });
}

/** `ServicePrincipal_<guid>` and the like. */
function readPrefixed(text: string): { kind: string; id: string } | undefined {
  const match = /^([a-z]+)_(.+)$/i.exec(text);
  const kind = match?.[1]?.toLowerCase();
  const id = readObjectId(match?.[2]);
  return kind !== undefined && id !== undefined && kinds.includes(kind) && !id.includes('@')
    ? { kind, id }
    : undefined;
}

function firstOf<T>(texts: readonly string[], read: (text: string) => T | undefined): T | undefined {
  for (const text of texts) {
    const found = read(text);
    if (found !== undefined) return found;
  }
  return undefined;
}
