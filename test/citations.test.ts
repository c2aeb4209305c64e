import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Citation {
  file: string;
  line: number;
  anchor: string;
}

const number = String.raw`\d+(?:\.\d+)*`;
const list = String.raw`${number}(?:(?:, and |,? and |, |/)${number})*`;
const patterns = {
  facts: new RegExp(String.raw`\bFACTS\s+(?:\*\s+|//\s+)?(${list})`, 'g'),
  laws: new RegExp(String.raw`\blaws?\s+(?:\*\s+|//\s+)?(${list})`, 'gi'),
} as const;

/** What a text cites, in lists too: "FACTS 7.1, 11.1" and "laws 1 and 3" cite two. A comment may break the line in between. */
function citationsIn(file: string, text: string, kind: keyof typeof patterns): Citation[] {
  return [...text.matchAll(patterns[kind])].flatMap((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    const anchors = match[1]?.match(new RegExp(number, 'g')) ?? [];
    return anchors.map((anchor) => ({ file, line, anchor }));
  });
}

/** Every text of the project that somebody wrote. */
function writtenFiles(): string[] {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !['node_modules', '.git', 'dist', '.gracewatch'].includes(entry.name),
    )
    .map(({ name }) => name);
  return [
    ...globSync('*.{js,json,md,yaml,yml}', { cwd: root }),
    ...folders.flatMap((folder) =>
      globSync(`${folder}/**/*.{ts,js,mjs,json,bicep,bicepparam,md,yaml,yml,sh}`, { cwd: root }),
    ),
  ]
    .map((file) => file.split(path.sep).join('/'))
    .filter(
      (file) => !/^(?:package-lock\.json|test\/(?:fixtures|golden)\/|test\/citations\.test\.ts$)/.test(file),
    );
}

const files = writtenFiles();
const cited = (kind: keyof typeof patterns): Citation[] =>
  files
    .filter((file) => file !== 'docs/vendor-facts.md')
    .flatMap((file) => citationsIn(file, read(file), kind));
const told = ({ file, line, anchor }: Citation): string => `${file}:${line} cites ${anchor}`;

/** `### 6.5.10 One value, many spellings` */
const facts = [...read('docs/vendor-facts.md').matchAll(/^### (\d+(?:\.\d+)*) \S/gm)].map(
  ([, anchor = '']) => anchor,
);
/** The rows of the table under "What must never break". */
const [, lawSection = ''] = read('docs/architecture.md').split('## What must never break');
const laws = [...(lawSection.split(/^## /m)[0] ?? '').matchAll(/^\| (\d+) +\|.*$/gm)].map(
  ([row, law = '']) => ({ row, law }),
);

describe('a fact about a service that the code relies on', () => {
  test('leads from the code to docs/vendor-facts.md', () => {
    const citations = cited('facts');
    expect(citations.length).toBeGreaterThan(150);
    expect(citations.filter(({ anchor }) => !facts.includes(anchor)).map(told)).toEqual([]);
  });

  test('stands there once, and only because something relies on it', () => {
    expect(facts.filter((anchor, index) => facts.indexOf(anchor) !== index)).toEqual([]);
    const used = new Set(cited('facts').map(({ anchor }) => anchor));
    expect(facts.filter((anchor) => !used.has(anchor))).toEqual([]);
  });

  test('says with each line how certain it is', () => {
    const lines = read('docs/vendor-facts.md')
      .split(/^## /m)
      .slice(1)
      .join('')
      .split(/^(?=- |### |\[)/m)
      .filter((line) => line.startsWith('- '));
    expect(lines.length).toBeGreaterThan(80);
    expect(lines.filter((line) => !/\((?:documented|observed|inferred)\b/.test(line))).toEqual([]);
  });
});

describe('a law', () => {
  test('leads from the code to its row in docs/architecture.md', () => {
    const citations = cited('laws');
    expect(citations.length).toBeGreaterThan(30);
    const numbers = laws.map(({ law }) => law);
    expect(citations.filter(({ anchor }) => !numbers.includes(anchor)).map(told)).toEqual([]);
  });

  test('has one row, in order, with where it is held and tests that are there', () => {
    expect(laws.map(({ law }) => law)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    for (const { row, law } of laws) {
      const [, , , held = '', tests = ''] = row.split('|');
      const places = [...held.matchAll(/`([^`]+)`/g), ...tests.matchAll(/`([^`]+)`/g)]
        .map(([, place = '']) => place)
        .filter((place) => /\/$|\.[jt]s$/.test(place));
      const missing = places.filter(
        (place) => ![place, `shared/${place}`].some((file) => existsSync(path.join(root, file))),
      );
      expect({ law, missing, tested: tests.includes('`test/') }).toEqual({ law, missing: [], tested: true });
    }
  });
});

test('nothing cites a paper that is not here', () => {
  const elsewhere = /\b(?:DESIGN|STYLE|ISSUE)(?:\.md)?(?: section)? \d/;
  const lines = files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (elsewhere.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(lines).toEqual([]);
});

describe('what counts as a citation', () => {
  test.each([
    ['facts', 'FACTS 6.5.10', ['6.5.10']],
    ['facts', 'FACTS 9)', ['9']],
    ['facts', 'FACTS 7.1, 11.1).', ['7.1', '11.1']],
    ['facts', 'FACTS 10.2 and 10.3', ['10.2', '10.3']],
    ['facts', ' * … (FACTS\n * 6.2)', ['6.2']],
    ['facts', '// … (FACTS\n    // 11.9)', ['11.9']],
    ['laws', 'law 10', ['10']],
    ['laws', '(laws 1 and 3)', ['1', '3']],
    ['laws', 'Law 3: `unknown`', ['3']],
    ['laws', 'flaw 3, by-law of 2026', []],
  ] as const)('%s: %j', (kind, text, anchors) => {
    expect(citationsIn('a.ts', text, kind).map(({ anchor }) => anchor)).toEqual(anchors);
  });
});
