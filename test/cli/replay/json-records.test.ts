import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cut } from '../../../cli/replay/cut.ts';
import { JsonRecords } from '../../../cli/replay/json-records.ts';
import { cutInChunks, valuesOf } from './cut-text.ts';

function cuts(text: string | Buffer, chunkLength?: number, limit?: number): Cut[] {
  return cutInChunks(new JsonRecords(limit), Buffer.from(text), chunkLength);
}

function read(text: string): unknown[] {
  return valuesOf(cuts(text));
}

const broken = (reason: string): unknown => expect.stringMatching(`^! .*${reason}`);

describe('records are found in every shape in which services and tools write JSON', () => {
  test.each([
    ['a single record', '{"a":1}', [{ a: 1 }]],
    ['JSON Lines', '{"a":1}\n{"a":2}\r\n\n{"a":3}', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ['records one behind the other', '{"a":1}{"a":2} {"a":3}', [{ a: 1 }, { a: 2 }, { a: 3 }]],
    ['a list', '[{"a":1},{"a":[{"b":"}]"}]}]', [{ a: 1 }, { a: [{ b: '}]' }] }]],
    [
      'a page of Graph',
      '{"@odata.context":"x","value":[{"a":1},{"a":2}],"@odata.nextLink":"y"}',
      [{ a: 1 }, { a: 2 }],
    ],
    ['a batch of Azure Monitor', '{"records":[{"a":1},{"a":2}]}', [{ a: 1 }, { a: 2 }]],
    ['pages, one a line', '{"value":[{"a":1}]}\n{"value":[{"a":2}]}', [{ a: 1 }, { a: 2 }]],
    [
      'pages in a list',
      '[{"value":[{"a":1}]},{"value":[{"a":2}]},[{"a":3}]]',
      [{ a: 1 }, { a: 2 }, { a: 3 }],
    ],
    [
      'an answer of the Log Analytics API',
      '{"tables":[{"name":"T","columns":[{"name":"Id","type":"string"},{"name":"N"}],"rows":[["x",1],["y",null]]}]}',
      [
        { Id: 'x', N: 1 },
        { Id: 'y', N: null },
      ],
    ],
    [
      'a record with a member that only looks like a list of records',
      '{"a":{"value":[{"b":1}]},"rows":[1]}',
      [{ a: { value: [{ b: 1 }] }, rows: [1] }],
    ],
    ['an empty page', '{"value":[]}', []],
    ['lines that end in commas', '{"a":1},\n{"a":2},\n', [{ a: 1 }, { a: 2 }]],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('what cannot be read is told, and the rest is read', () => {
  test('a line that was cut off, in a text, a list or an object', () => {
    const ends = ['{"a":"x', '{"a":"x\\\\', '{"a":[1,', '{"a":[1', '{"a":', '{"a":1,', '{'];
    for (const end of ends) {
      expect(read(`{"a":0}\n${end}\n{"a":1}\n{"a":2}\n`)).toEqual([
        { a: 0 },
        broken('cut off'),
        { a: 1 },
        { a: 2 },
      ]);
    }
  });

  test('each line that is no JSON', () => {
    expect(read('{"a":0}\nERROR: time-out\nretrying\n{"a":1}')).toEqual([
      { a: 0 },
      broken('not valid JSON'),
      broken('not valid JSON'),
      { a: 1 },
    ]);
  });

  test('a record that is wrong in itself, in a list on one line', () => {
    expect(read('[{"a":0},{"a":tru},{"a" 1},{"a":1}]')).toEqual([
      { a: 0 },
      broken('not valid JSON'),
      broken('not valid JSON'),
      { a: 1 },
    ]);
  });

  test('a record of a laid-out list whose brackets are not in balance', () => {
    const list = '[\n  {\n    "a": 0\n  },\n  {\n    "a": [{\n  },\n  {\n    "a": 1\n  }\n]\n';
    expect(read(list)).toEqual([{ a: 0 }, broken('opened|cut off'), { a: 1 }]);
  });

  test('the rest of a list on one line in which brackets are not in balance', () => {
    expect(read('[{"a":0},{"a":[},{"a":1}]')).toEqual([{ a: 0 }, broken('could not be told apart')]);
  });

  test('the end of a file that was cut off in a record, or between two', () => {
    expect(read('{"value":[{"a":0},{"a":')).toEqual([{ a: 0 }, broken('ends in the middle')]);
    expect(read('{"value":[{"a":0},')).toEqual([{ a: 0 }, broken('ends before its list')]);
  });

  test('a document behind one that was cut off', () => {
    expect(read('{"value":[{"a":0},{"a":\n{"value":[{"a":1}]}\n')).toEqual([
      { a: 0 },
      expect.anything(),
      { a: 1 },
    ]);
  });

  test('a record larger than any audit record is, without keeping it', () => {
    const large = `{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`;
    const found = cuts(`{"a":0}\n${large}\n{"a":1}\n`, 64 * 1024, 1024 * 1024);
    expect(found).toEqual([
      { kind: 'value', value: { a: 0 } },
      { kind: 'broken', reason: expect.stringContaining('larger than 1 MB') },
      { kind: 'value', value: { a: 1 } },
    ]);
  });

  test('brackets that never close, however many', () => {
    const found = cuts('{"a":['.repeat(5000) + '\n{"a":1}\n', 1000);
    expect(found.at(-1)).toEqual({ kind: 'value', value: { a: 1 } });
    expect(found).toHaveLength(2);
  });
});

describe('laws', () => {
  const records = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })), {
    maxLength: 8,
  });
  const shapes = [
    (all: unknown[]) => JSON.stringify(all),
    (all: unknown[]) => JSON.stringify(all, undefined, 2),
    (all: unknown[]) => JSON.stringify({ next: { value: [1] }, value: all, more: true }),
    (all: unknown[]) => all.map((record) => JSON.stringify(record)).join('\n'),
    (all: unknown[]) => all.map((record) => JSON.stringify(record, undefined, 1)).join('\n'),
  ];
  const ownKeys = (record: object): boolean =>
    !['value', 'records', 'tables', 'rows'].some((key) => Object.hasOwn(record, key));

  test('what was written is read, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        records,
        fc.constantFrom(...shapes),
        fc.integer({ min: 1, max: 40 }),
        (all, write, chunkLength) => {
          const own = all.filter(ownKeys).map((record) => JSON.parse(JSON.stringify(record)) as unknown);
          expect(cuts(write(own), chunkLength)).toEqual(own.map((value) => ({ kind: 'value', value })));
        },
      ),
    );
  });

  test('any bytes give the same wherever the chunks are cut, and nothing throws', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      '\n',
      '\n{"a":1}\n',
      '  ',
      '\\',
      '\\"',
      '1',
      'é',
      '"value":[',
      '{"a":"b"}',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        (pieces, chunkLength) => {
          const text = pieces.join('');
          expect(cuts(text, chunkLength)).toEqual(cuts(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('of JSON Lines with a line cut off anywhere, only that line is lost', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(), (all, which, where) => {
        const own = all.filter(ownKeys).map((record) => JSON.stringify({ id: 1, ...record }));
        fc.pre(own.length > 0);
        const index = which % own.length;
        const line = own[index] ?? '';
        const cut = own.with(index, line.slice(0, 1 + (where % (line.length - 1))));
        const values = cuts(cut.join('\n')).filter(({ kind }) => kind === 'value');
        expect(values).toEqual(
          own.toSpliced(index, 1).map((text) => ({ kind: 'value', value: JSON.parse(text) as unknown })),
        );
      }),
      { examples: [[[{ b: '"' }, { c: { '"': 0 } }], 0, 13]] },
    );
  });
});
