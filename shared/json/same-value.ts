/** Whether two values of JSON say the same; a field that is absent is one that is undefined, and the order of fields says nothing. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const fields = new Set([...Object.keys(left), ...Object.keys(right)]);
  const [ofLeft, ofRight] = [new Map(Object.entries(left)), new Map(Object.entries(right))];
  return [...fields].every((field) => sameValue(ofLeft.get(field), ofRight.get(field)));
}
