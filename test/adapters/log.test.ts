import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLog } from '../../shared/adapters/log.ts';
import type { LogLevel } from '../../shared/adapters/log.ts';
import type { LogFields } from '../../shared/ports.ts';
import { Secret } from '../../shared/secret.ts';

function lineOf(level: LogLevel, message: string, fields?: LogFields): string {
  const lines: string[] = [];
  createLog((at, line) => lines.push(`${at} ${line}`))[level](message, fields);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe('a log entry', () => {
  test('is one JSON line at its level', () => {
    expect(
      lineOf('info', 'records stored', { stage: 'collect', records: 3, late: false, none: undefined }),
    ).toBe('info {"level":"info","message":"records stored","stage":"collect","records":3,"late":false}');
    expect(lineOf('error', 'not stored')).toBe('error {"level":"error","message":"not stored"}');
  });

  test('cannot be ended, forged or turned around by a name from a tenant', () => {
    const name = 'Lab\r\n{"level":"error"}\u0085\u2028\u202e\u200b\u007f\u{e0001}😀';
    const line = lineOf('warn', 'group skipped', { name });
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(line).toContain('😀');
    expect(JSON.parse(line.slice('warn '.length))).toEqual({ level: 'warn', message: 'group skipped', name });
  });

  test('keeps its level and message whatever its fields are called', () => {
    expect(JSON.parse(lineOf('warn', 'real', { level: 'info', message: 'forged' }).slice(5))).toEqual({
      level: 'warn',
      message: 'real',
    });
  });

  test('reads back as it was for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = lineOf('info', 'm', { text });
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(JSON.parse(line.slice(5))).toEqual({ level: 'info', message: 'm', text });
      }),
    );
  });

  test('shows a placeholder for a secret', () => {
    expect(lineOf('info', 'm', { url: new Secret('https://x?sig=1') as unknown as string })).not.toContain(
      'sig',
    );
  });
});
