import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { readAssignedLicences } from '../../shared/ingest/assigned-licence.ts';
import { detectCsv, detectFormat } from '../../shared/ingest/detect-format.ts';
import { readGroupLicensingResult } from '../../shared/ingest/group-licensing-result.ts';
import { readJoinedSlices } from '../../shared/ingest/record-details.ts';
import { readRecordOf } from '../../shared/ingest/read-record-of.ts';

/** Small exports of our own, one in each format (test/fixtures), that tell the same story. */
const exports = [
  'graph-directory-audits.json',
  'azure-monitor-audit-logs.jsonl',
  'management-activity.json',
  'purview-audit-search.csv',
  'sentinel-audit-logs.csv',
  'sentinel-office-activity.jsonl',
];

function rawRecords(name: string): unknown[] {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
  if (name.endsWith('.csv')) return parse(text, { columns: true, bom: true });
  if (name.endsWith('.jsonl'))
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  const content = JSON.parse(text) as unknown[] | { value: unknown[] };
  return Array.isArray(content) ? content : content.value;
}

function read(name: string) {
  const raw = rawRecords(name);
  const detected = name.endsWith('.csv') ? detectCsv(Object.keys(raw[0] as object)) : detectFormat(raw[0]);
  if (detected.kind !== 'format') throw new Error(`${name}: ${detected.reason}`);
  return raw.map((record) => readRecordOf(detected.format, record, '7a1c0e52-0000-4000-8000-00000000c0c0'));
}

describe.each(exports)('%s', (name) => {
  const results = read(name);
  const records = results.flatMap((result) => (result.kind === 'record' ? [result.record] : []));

  test('is read whole: sixteen records of use, two without', () => {
    expect(results.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
    expect(results.flatMap((result) => (result.kind === 'ignored' ? [result.activity] : []))).toEqual([
      'Update user',
      'Add member to role',
    ]);
    expect(records.map(({ activity }) => activity)).toEqual([
      'Add user',
      'Add member to group',
      'Change user license',
      'Change user license',
      'Update user',
      'Change user license',
      'Change user license',
      'Change user license',
      'Remove member from group',
      'Set group license',
      'Finish applying group based license to users',
      'Delete group',
      'Disable account',
      'Enable account',
      'Delete user',
      'Restore user',
    ]);
  });

  test('tells the same story as the others', () => {
    const others = read('graph-directory-audits.json').flatMap((result) =>
      result.kind === 'record' ? [{ ...result.record, log: '', id: '' }] : [],
    );
    expect(records.map((record) => ({ ...record, log: '', id: '' }))).toEqual(others);
  });

  test('has licences, parts of a change and counters that can be read', () => {
    const changed = records.find(({ activity }) => activity === 'Update user')?.change[0];
    expect(readAssignedLicences(changed?.before).map(({ partNumber }) => partNumber)).toEqual([
      'SPE_E3',
      'FLOW_FREE',
    ]);
    expect(readAssignedLicences(changed?.after).map(({ partNumber }) => partNumber)).toEqual(['FLOW_FREE']);

    const parts = records.flatMap(({ slice }) => (slice === undefined ? [] : [slice.text]));
    const [joined] = readJoinedSlices(parts.join('')) ?? [];
    expect(readAssignedLicences(joined?.before)).toMatchObject([
      { partNumber: 'SPE_E5', disabledPlans: ['TEAMS1'] },
    ]);

    const finished = records.find(({ activity }) => activity.startsWith('Finish'));
    expect(readGroupLicensingResult(finished?.change ?? [])).toEqual({ succeeded: 6, failed: 1 });
  });
});
