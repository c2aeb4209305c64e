import { hash } from 'node:crypto';

/**
 * Which records have been seen, in at most 24 bytes each: a Set of their ids takes about 150, and ends at 16 million.
 * Of each key 64 bits of its SHA-256 are kept. That any two of ten million different records share them has a chance of
 * 1 in 370,000; one of them would then be taken for a duplicate.
 */
export class SeenRecords {
  /** Open addressing, two words a slot; a slot whose second word is 0 is free. */
  #words = new Uint32Array(2 * 4096);
  #count = 0;

  /** True when the key is new. */
  add(key: string): boolean {
    const digest = hash('sha256', key, 'buffer');
    const high = digest.readUInt32LE(0);
    const low = digest.readUInt32LE(4) || 1;
    const slot = this.#slotOf(high, low);
    if (this.#words[slot + 1] !== 0) return false;
    this.#words[slot] = high;
    this.#words[slot + 1] = low;
    this.#count += 1;
    if (this.#count * 3 > this.#words.length) this.#grow();
    return true;
  }

  /** Where this hash stands, or would. */
  #slotOf(high: number, low: number): number {
    const words = this.#words;
    // The length is a power of two, so this is a remainder.
    const last = words.length - 1;
    let slot = (low << 1) & last;
    while (words[slot + 1] !== 0 && (words[slot] !== high || words[slot + 1] !== low)) slot = (slot + 2) & last;
    return slot;
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    for (let index = 0; index < old.length; index += 2) {
      const high = old[index] ?? 0;
      const low = old[index + 1] ?? 0;
      if (low === 0) continue;
      const slot = this.#slotOf(high, low);
      this.#words[slot] = high;
      this.#words[slot + 1] = low;
    }
  }
}
