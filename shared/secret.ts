/** A value that must not be printed: every way to turn it into text gives a placeholder. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '(secret)';
  }
  toJSON(): string {
    return '(secret)';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '(secret)';
  }
}
