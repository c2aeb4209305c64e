import { asText } from '../json/json-value.ts';

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const onlyGuid = new RegExp(`^\\{?${guid.source}\\}?$`, 'i');
const nobody = '00000000-0000-0000-0000-000000000000';

/** An id in lower case. The empty GUID is no id: taking it for one would make one person of everybody who has none. */
export function readObjectId(value: unknown): string | undefined {
  const id = asText(value)?.toLowerCase();
  return id === nobody ? undefined : id;
}

/** A GUID in lower case where the text is one and nothing else. */
export function readGuid(value: unknown): string | undefined {
  const text = asText(value);
  if (text === undefined || !onlyGuid.test(text)) return undefined;
  return readObjectId(text.replace(/[{}]/g, ''));
}

/** The first GUID anywhere in a text, in lower case. */
export function findGuid(text: string): string | undefined {
  return readObjectId(guid.exec(text)?.[0]);
}
