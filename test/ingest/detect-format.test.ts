import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { detectCsv, detectFormat } from '../../shared/ingest/detect-format.ts';
import { unifiedAudit, sentinelAudit, purviewRow } from '../builders/raw-audit.ts';

describe('a file that is no log says why', () => {
  test.each([
    ['wrapped samples', { source_file: 'x.yml', example_log: '{}' }, /example_log/],
    ['test cases', { source_file: 'x.yml', test: 'Login', expected: true, log: {} }, /test cases/],
    ['documentation', { file: 'x.md', block: 6, head: '', text: '{}' }, /documentation/],
    ['Defender tables', { Timestamp: '2021-08-02T13:11:39Z', ActionType: 'LdapSearch' }, /Defender/],
    [
      'a list of content',
      { contentUri: 'https://…', contentId: 'x', contentType: 'Audit.Exchange' },
      /contentUri/,
    ],
    ['a query answer', { tables: [{ name: 'PrimaryResult', columns: [], rows: [] }] }, /CSV/],
    ['sign-ins', { id: 'x', createdDateTime: '2026-02-03T09:15:00Z', appDisplayName: 'Teams' }, /sign-ins/],
    ['another table', { TimeGenerated: '2026-02-03T09:15:00Z', Computer: 'x' }, /AuditLogs/],
    ['an error', { error: { code: 'Authorization_RequestDenied', message: 'x' } }, /error/],
    ['anything else', { hello: 'world' }, /no audit log/],
    ['a number', 7, /no JSON object/],
    ['a list', [unifiedAudit()], /no JSON object/],
  ])('%s', (_, record, reason) => {
    const result = detectFormat(record);
    expect(result.kind === 'not-a-log' ? result.reason : result.kind).toMatch(reason);
  });

  test('without repeating its text', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('example_log', 'file', 'block', 'error'), fc.uuid()),
        (record) => {
          const result = detectFormat(record);
          if (result.kind !== 'not-a-log') return;
          for (const text of Object.values(record)) expect(result.reason).not.toContain(text);
        },
      ),
    );
  });

  test('and makes nothing throw', () => {
    fc.assert(
      fc.property(fc.anything(), (record) => {
        expect(['format', 'not-a-log']).toContain(detectFormat(record).kind);
      }),
    );
  });
});

test("Purview's search as JSON is the unified log", () => {
  expect(detectFormat({ CreationDate: 'x', AuditData: JSON.stringify(unifiedAudit()) })).toEqual({
    kind: 'format',
    format: 'activity',
  });
});

describe('the columns of CSV', () => {
  test('of an audit search', () => {
    expect(detectCsv(Object.keys(purviewRow()))).toEqual({ kind: 'format', format: 'purview-csv' });
    expect(detectCsv(['\uFEFFAuditData'])).toEqual({ kind: 'format', format: 'purview-csv' });
  });

  test('of a Sentinel table', () => {
    expect(detectCsv(Object.keys(sentinelAudit()))).toEqual({ kind: 'format', format: 'sentinel' });
    expect(detectCsv(['TimeGenerated [UTC]', 'OperationName'])).toEqual({
      kind: 'format',
      format: 'sentinel',
    });
  });

  test.each([
    [
      ['Date (UTC)', 'CorrelationId', 'Service', 'Category', 'Activity', 'Target1ModifiedProperty1Name'],
      /10,000.*JSON/,
    ],
    [['TimeGenerated [Local Time]', 'OperationName'], /local/],
    [['TimeGenerated', 'Computer'], /AuditLogs/],
    [['CreationDate', 'UserIds', 'Operations'], /AuditData/],
    [['Name', 'Mail'], /columns/],
    [[], /columns/],
  ])('%j are no log', (header, reason) => {
    const result = detectCsv(header);
    expect(result.kind === 'not-a-log' ? result.reason : result.kind).toMatch(reason);
  });
});
