import { describe, expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import type { Check } from '../../../cli/doctor/check.ts';
import { diagnosisOf, reportOf } from '../../../cli/doctor/report.ts';

const contoso = { id: '11111111-2222-4333-8444-555555555555', name: 'Contoso' };
const checks: Check[] = [
  { check: 'settings', status: 'ok', means: '7 settings are right' },
  { check: 'token', tenant: contoso, status: 'ok', means: 'the authority gives one' },
  {
    check: 'permission',
    tenant: contoso,
    subject: 'AuditLog.Read.All',
    status: 'fail',
    means: 'missing',
    mend: 'npx gracewatch permissions grant --yes',
  },
  { check: 'collection', tenant: contoso, subject: 'all sources', status: 'warn', means: 'not yet' },
];
const diagnosis = diagnosisOf('the settings on this machine', '2026-02-03T12:00:00.000Z', checks);

describe('the report', () => {
  test('stands in sections, each line with its mark, its meaning and what mends it, and ends with the numbers', () => {
    expect(reportOf(diagnosis, false)).toBe(`Gracewatch doctor looks at the settings on this machine

Settings
  ok    7 settings are right

Contoso (11111111-2222-4333-8444-555555555555)
  ok    token: the authority gives one
  FAIL  permission AuditLog.Read.All: missing
        > npx gracewatch permissions grant --yes

Collection
  warn  Contoso, all sources: not yet

2 ok, 1 warning, 1 failure
`);
  });

  test('says the same in colour', () => {
    const coloured = reportOf(diagnosis, true);
    expect(coloured).toContain('\u001B[1;31mFAIL\u001B[0m');
    expect(stripVTControlCharacters(coloured)).toBe(reportOf(diagnosis, false));
  });

  test('breaks long lines under their beginning, and no command', () => {
    const long: Check = {
      check: 'storage',
      status: 'fail',
      means: 'a sentence that goes on '.repeat(10).trim(),
      mend: 'az role assignment create '.repeat(10).trim(),
    };
    const lines = reportOf(diagnosisOf('x', '', [long]), false).split('\n');
    const sentence = lines.filter((line) => line.includes('sentence'));
    expect(sentence.every((line) => line.length <= 100)).toBe(true);
    expect(sentence.slice(1).every((line) => line.startsWith('        '))).toBe(true);
    expect(lines.filter((line) => line.includes('az role'))).toHaveLength(1);
  });

  test('marks what was not looked at as neither well nor ill, and counts it apart', () => {
    const skipped: Check = { check: 'channel', status: 'skip', means: 'not checked' };
    const report = reportOf(diagnosisOf('x', '', [...checks, skipped]), false);
    expect(report).toContain('\nChannels\n  -     not checked\n');
    expect(report).toMatch(/\n2 ok, 1 warning, 1 failure, 1 not looked at\n$/);
  });

  test('of many tenants tells the same warning once, and every failure again at the end', () => {
    const many = Array.from({ length: 7 }, (_, index): Check[] => {
      const tenant = { id: `id-${index}`, name: `Tenant ${index}` };
      return [
        { check: 'token', tenant, status: index === 3 ? 'fail' : 'ok', means: 'token' },
        { check: 'report-names', tenant, status: 'warn', means: 'names are concealed' },
      ];
    }).flat();
    const report = reportOf(diagnosisOf('x', '', many), false);
    expect(report.match(/names are concealed/g)).toHaveLength(1);
    expect(report.replace(/\n {8}/g, ' ')).toContain(
      'warn  names are concealed: 7 tenants (Tenant 0, Tenant 1, Tenant 2, Tenant 3, Tenant 4 and 2 more)',
    );
    expect(report).toContain('\nWhat fails, once more\n  FAIL  token: Tenant 3: token\n');
  });

  test('of many tenants tells what is not well, and how much is', () => {
    const many = Array.from({ length: 6 }, (_, index): Check[] => {
      const tenant = { id: `id-${index}`, name: `Tenant ${index}` };
      return [
        { check: 'token', tenant, status: index === 3 ? 'fail' : 'ok', means: 'token' },
        { check: 'permission', tenant, status: 'ok', means: 'granted' },
      ];
    }).flat();
    const report = reportOf(diagnosisOf('x', '', many), false);
    expect(report).toContain('Tenant 3 (id-3)\n  FAIL  token: token\n  ok    1 line more, all well');
    expect(report).toContain('Tenant 5 (id-5)\n  ok    2 lines more, all well');
    expect(report).toContain('11 ok, 0 warnings, 1 failure');
  });
});
