import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';

const folder = join(import.meta.dirname, '..', 'golden');

/**
 * Compares `value` with `test/golden/<name>.json`. `UPDATE_GOLDEN=1` writes the file, for a person who then reads the difference;
 * with `CI=true` nothing is ever written, and a missing file fails.
 */
export function expectGolden(name: string, value: unknown): void {
  const file = join(folder, `${name}.json`);
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : `${file} is missing`).toBe(text);
}
