import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvHeadOf, CsvRecords } from '../../../cli/replay/csv-records.ts';
import type { Cut } from '../../../cli/replay/cut.ts';
import { cutInChunks, valuesOf } from './cut-text.ts';

/** A log is what has a column AuditData. */
const formatOf = (columns: readonly string[]) =>
  columns.includes('AuditData') ? ('purview-csv' as const) : undefined;

function cuts(text: string, chunkLength?: number, limit?: number): Cut[] {
  const head = csvHeadOf(Buffer.from(text));
  const records = new CsvRecords(head, formatOf, limit);
  return cutInChunks(records, Buffer.from(text).subarray(head.length), chunkLength);
}

function read(text: string): unknown[] {
  return valuesOf(cuts(text));
}

describe('rows come as objects by the names of their columns', () => {
  test('quotes, commas and line breaks in cells', () => {
    expect(read('Id,AuditData\r\n1,"{""a"":""x, y""}"\r\n"2","two\r\nlines"\r\n\r\n3,\r\n')).toEqual([
      { Id: '1', AuditData: '{"a":"x, y"}' },
      { Id: '2', AuditData: 'two\r\nlines' },
      { Id: '3', AuditData: '' },
    ]);
  });

  test('the separators that spreadsheets use elsewhere, and what Windows writes before the header', () => {
    expect(read('Id;AuditData\n1;"a;b"\n')).toEqual([{ Id: '1', AuditData: 'a;b' }]);
    expect(read('sep=;\nId;AuditData\n1;2\n')).toEqual([{ Id: '1', AuditData: '2' }]);
    expect(read('#TYPE Selected.System.Object\r\n"Id","AuditData"\r\n"1","2"\r\n')).toEqual([
      { Id: '1', AuditData: '2' },
    ]);
  });

  test.each([',', ';', '\t', '|'])('with %j between them, and every name in quotes', (delimiter) => {
    const row = (...cells: string[]): string => cells.map((cell) => `"${cell}"`).join(delimiter);
    const text = [row('Id', 'AuditData', 'Cost, all;told'), row('1', '{""a"":1,5}', '1,5')].join('\r\n');
    expect(read(text)).toEqual([{ Id: '1', AuditData: '{"a":1,5}', 'Cost, all;told': '1,5' }]);
  });

  test('a comma in a cell without quotes divides nothing where the columns are divided otherwise', () => {
    expect(read('Id;Cost;AuditData\n1;2,5;"{""a"":2,5}"\n')).toEqual([
      { Id: '1', Cost: '2,5', AuditData: '{"a":2,5}' },
    ]);
  });

  test('one column: the line is the cell', () => {
    expect(read('"AuditData"\r\n"{""a"":1,""b"":2}"\r\n')).toEqual([{ AuditData: '{"a":1,"b":2}' }]);
    expect(read('AuditData\n{"a":1,"b":"x;y"}\n{"a":2}\n')).toEqual([
      { AuditData: '{"a":1,"b":"x;y"}' },
      { AuditData: '{"a":2}' },
    ]);
  });
});

describe('exports that were put behind one another', () => {
  test('repeat the header, with all that stands before it', () => {
    const first = 'Id,AuditData\r\n1,2\r\n';
    for (const again of [
      first,
      `\uFEFF${first}`,
      `#TYPE Selected.System.Object\r\n${first}`,
      `sep=,\n${first}`,
    ])
      expect(read(`${first}${again}`)).toEqual([
        { Id: '1', AuditData: '2' },
        { Id: '1', AuditData: '2' },
      ]);
  });

  test.each(['AuditData;Other;Id', '"AuditData";"Other";"Id"', '\uFEFF"AuditData";"Other";"Id"'])(
    'go on with the columns of %j',
    (header) => {
      expect(read(`Id,AuditData\n1,2\n${header}\n"x,y";"z";3\n`)).toEqual([
        { Id: '1', AuditData: '2' },
        { AuditData: 'x,y', Other: 'z', Id: '3' },
      ]);
    },
  );

  test('no name in a row makes a header of it', () => {
    expect(read('At,AuditData\n2026-02-03,AuditData\n2026-02-04,x\n')).toEqual([
      { At: '2026-02-03', AuditData: 'AuditData' },
      { At: '2026-02-04', AuditData: 'x' },
    ]);
  });
});

describe('what is damaged is told and takes no other row with it', () => {
  test('a quote that is not closed', () => {
    expect(read('a,b\n1,"x y\n2,"z"\n3,4\n')).toEqual([
      '! its quotes are not in order',
      { a: '2', b: 'z' },
      { a: '3', b: '4' },
    ]);
  });

  test('a row with too few columns', () => {
    expect(read('a,b\n1\n2,3\n')).toEqual(['! has 1 of 2 columns', { a: '2', b: '3' }]);
  });

  test('the end of a file that was cut off', () => {
    expect(read('a,b\n1,2\n3,"x')).toEqual([{ a: '1', b: '2' }, expect.stringContaining('cut off')]);
  });

  test('a cell larger than any audit record is', () => {
    const found = cuts(`a,b\n1,"${'x\n'.repeat(2000)}`, 100, 1000);
    expect(found).toEqual([{ kind: 'broken', reason: expect.stringContaining('larger') }]);
  });
});

test('what was written is read, wherever the chunks are cut', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', 'é', ' ', '𝒳') });
  const written = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      (rows, chunkLength) => {
        const text = `a,b\n${rows.map(([a, b]) => `${written(a)},${written(b)}\r\n`).join('')}`;
        expect(cuts(text, chunkLength)).toEqual(rows.map(([a, b]) => ({ kind: 'value', value: { a, b } })));
      },
    ),
  );
});
