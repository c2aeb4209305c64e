/** `1 alert`, `4,312 alerts`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${groupedDigits(number)} ${number === 1 ? one : many}`;
}

/** `4,312`. */
export function groupedDigits(number: number): string {
  return new Intl.NumberFormat('en-GB').format(number);
}
