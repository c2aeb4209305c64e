import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CsvHead, csvHeadOf, CsvRecords } from '../../../cli/replay/csv-records.ts';
import type { Cut } from '../../../cli/replay/cut.ts';
import { cutInChunks, valuesOf } from './cut-text.ts';

function headOf(text: string): CsvHead {
  const head = csvHeadOf(Buffer.from(text));
  if (head === undefined) throw new Error('no header');
  return head;
}

function cuts(text: string, chunkLength?: number, limit?: number): Cut[] {
  const head = headOf(text);
  return cutInChunks(new CsvRecords(head, limit), Buffer.from(text).subarray(head.length), chunkLength);
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

  test('text without columns has no header', () => {
    expect(csvHeadOf(Buffer.from('just a line\n'))).toBeUndefined();
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
