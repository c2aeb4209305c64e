import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { pureRooms } from './dependency-cruiser.config.js';

// Who may import whom stands in dependency-cruiser.config.js; here stands what is no import. Each line is proved by a planted violation
// in test/boundaries.test.ts.
const barrel = { selector: 'ExportAllDeclaration', message: 'no barrels' };
const noClock = [
  'error',
  barrel,
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'take `now` as a value' },
  { selector: "CallExpression[callee.name='Date']", message: 'take `now` as a value' },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'take `now` as a value' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'ids come from the provider',
  },
];
const noEffects = [
  'process',
  'fetch',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'performance',
].map((name) => ({ name, message: 'a pure folder has no effects: take a port' }));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.gracewatch/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', '*.mjs', 'cli/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', barrel],
    },
  },
  {
    files: pureRooms.map((room) => `shared/${room}**/*.ts`),
    rules: {
      'no-restricted-globals': ['error', ...noEffects],
      'no-restricted-syntax': noClock,
    },
  },
  {
    files: ['functions/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        barrel,
        {
          selector:
            'IfStatement, TryStatement, ForStatement, ForOfStatement, WhileStatement, VariableDeclaration, FunctionDeclaration',
          message: 'a function registers and makes one call; decisions live in shared/',
        },
      ],
    },
  },
  {
    files: ['cli/**/*.ts'],
    // The authority's public document, and what a stranger on the network sees.
    ignores: ['cli/tenants/find-tenant.ts', 'cli/network/ask.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'what goes to Graph goes through shared/adapters/graph.ts' },
      ],
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
