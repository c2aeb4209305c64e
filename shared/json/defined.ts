/** `T` with the fields that may be undefined made optional instead. */
type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is undefined, so that a record is the same before and after a journey as JSON. */
export function defined<T extends object>(fields: T): Defined<T> {
  // A loop, for this runs several times a record: with `Object.fromEntries` it was a fifth of all reading.
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept as Defined<T>;
}
