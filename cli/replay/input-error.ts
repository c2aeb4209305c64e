/** Why an input is no log that can be read: one line for people, without the name of the input. */
export class InputError extends Error {
  override name = 'InputError';
}

/** The input ends early or is damaged, after what has been read of it. */
export class DamagedInputError extends Error {
  override name = 'DamagedInputError';
}
