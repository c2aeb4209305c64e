import { getRandomValues } from 'node:crypto';

/**
 * Which records have been seen, in at most 24 bytes each: a Set of their ids takes about 150, and ends at 16 million.
 * Of each key 64 bits of a hash are kept. That any two of ten million different records share them has a chance of 1 in 370,000;
 * one of them would then be taken for a duplicate. The hash begins differently in every run, so nobody can choose such records.
 */
export class SeenRecords {
  /** Open addressing, two words a slot; a slot whose second word is 0 is free. */
  #words = new Uint32Array(2 * 4096);
  #count = 0;
  readonly #seeds = getRandomValues(new Uint32Array(2));

  /** True when the key is new. */
  add(key: string): boolean {
    const [high, low] = this.#hash(key);
    const slot = this.#slotOf(high, low);
    if (this.#words[slot + 1] !== 0) return false;
    this.#words[slot] = high;
    this.#words[slot + 1] = low;
    this.#count += 1;
    if (this.#count * 3 > this.#words.length) this.#grow();
    return true;
  }

  /** Two hashes of 32 bits, mixed at the end so that each bit of the key reaches all of theirs (as cyrb53 does). */
  #hash(key: string): readonly [high: number, low: number] {
    let high = this.#seeds[0] ?? 0;
    let low = this.#seeds[1] ?? 0;
    for (let index = 0; index < key.length; index += 1) {
      const code = key.charCodeAt(index);
      high = Math.imul(high ^ code, 0x9e3779b1);
      low = Math.imul(low ^ code, 0x5f356495);
    }
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    return [high >>> 0, low >>> 0 || 1];
  }

  /** Where this hash stands, or would. */
  #slotOf(high: number, low: number): number {
    const words = this.#words;
    // The length is a power of two, so this is a remainder.
    const last = words.length - 1;
    let slot = (low << 1) & last;
    while (words[slot + 1] !== 0 && (words[slot] !== high || words[slot + 1] !== low))
      slot = (slot + 2) & last;
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
