/** `Office 365 E3, Visio Plan 2 and 3 more`: all of them where they are few. */
export function listed(names: readonly string[], most = 3): string {
  if (names.length <= most + 1) return listedInFull(names);
  return listedInFull([...names.slice(0, most), `${String(names.length - most)} more`]);
}

/** `Office 365 E3, Visio Plan 2 and Power BI Pro`, however many they are. */
export function listedInFull(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
