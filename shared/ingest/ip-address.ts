/**
 * The address of a caller without port, zone and the prefix of an IPv4 address in IPv6 (FACTS 6.5.13: `ip:port`, `[v6]:port`,
 * `::` before a v6, `<null>`, empty). Undefined where there is none: what is no address must not be shown as one.
 */
export function readIpAddress(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toLowerCase();
  const bracketed = /^\[([0-9a-f:.%]{2,60})\](?::\d{1,5})?$/.exec(text)?.[1];
  if (bracketed !== undefined) return addressOf(bracketed);
  const withPort = /^([\d.]{7,15}):\d{1,5}$/.exec(text)?.[1];
  return addressOf(withPort ?? text);
}

function addressOf(text: string): string | undefined {
  if (isVersion4(text)) return text;
  const embedded = /^::ffff:([\d.]+)(?::\d{1,5})?$/.exec(text)?.[1];
  if (embedded !== undefined) return isVersion4(embedded) ? embedded : undefined;
  const withoutZone = text.replace(/%[\w.-]*$/, '');
  if (isVersion6(withoutZone)) return withoutZone;
  const afterPrefix = withoutZone.startsWith('::') ? withoutZone.slice(2) : '';
  return isVersion6(afterPrefix) ? afterPrefix : undefined;
}

function isVersion4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function isVersion6(text: string): boolean {
  if (!/^[0-9a-f:.]{2,45}$/.test(text)) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const endsInVersion4 = last !== undefined && last.includes('.') && isVersion4(last);
  const hexadecimal = endsInVersion4 ? groups.slice(0, -1) : groups;
  if (!hexadecimal.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  const length = hexadecimal.length + (endsInVersion4 ? 2 : 0);
  return halves.length === 2 ? length <= 7 : length === 8;
}
