import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Who may import whom (docs/architecture.md). Each line is proved by a planted violation in test/boundaries.test.ts. */
const pureFolders = [
  'ingest',
  'timeline',
  'rules',
  'products',
  'evaluate',
  'alert',
  'deliver',
  'collect',
  'answer',
  'tenants',
];
const adapters = '^(?:\\.{1,2}/)+(?:shared/)?adapters/';
const outside = {
  functions: '^(?:\\.{1,2}/)+functions/',
  cli: '^(?:\\.{1,2}/)+cli/',
  dev: '^(?:\\.{1,2}/)+dev/',
  web: '^(?:\\.{1,2}/)+web/',
};
const deny = (regex, message) => ({ regex, message });
const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

const notAnApp = [
  deny(outside.functions, 'shared/ knows nothing of functions/'),
  deny(outside.cli, 'shared/ knows nothing of cli/'),
  deny(outside.dev, 'shared/ knows nothing of dev/'),
  deny(outside.web, 'shared/ knows nothing of web/'),
];
const noAdapters = deny(adapters, 'only runtime.ts imports adapters: take a port of shared/ports.ts');
const pure = [
  ...notAnApp,
  noAdapters,
  deny('^@azure/|^@microsoft/', 'a pure folder imports no SDK'),
  deny('^node:(?!crypto$)', 'a pure folder does no I/O: take a port'),
  deny('(?:^|/)runtime\\.ts$', 'a pure folder does not know how things are composed'),
];
const notForCli = [
  deny(outside.functions, 'cli/ builds on shared/'),
  deny(outside.dev, 'cli/ builds on shared/'),
  deny(outside.web, 'cli/ builds on shared/'),
];
/** The files of a command's own folder are `./…` to it. */
const noCommand = deny(
  '^(?:\\.{1,2}/)+(?:cli/)?(?:doctor|permissions|replay|sign-in|tenants)/',
  'a command knows no other: what several use stands in a folder named for what it is',
);
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
  { files: ['shared/**/*.ts'], rules: restrict(...notAnApp, noAdapters) },
  { files: ['shared/runtime.ts', 'shared/adapters/**/*.ts'], rules: restrict(...notAnApp) },
  {
    files: pureFolders.map((folder) => `shared/${folder}/**/*.ts`),
    rules: {
      ...restrict(...pure),
      'no-restricted-globals': ['error', ...noEffects],
      'no-restricted-syntax': noClock,
    },
  },
  {
    files: ['shared/rules/**/*.ts'],
    rules: restrict(
      ...pure,
      deny(
        '(?:^|/)(?:collect|answer|alert|deliver)/',
        'a rule knows the contract, the timeline and the products',
      ),
      deny('(?:^|/)(?:ports|config)\\.ts$', 'a rule reads nothing: everything comes with its input'),
    ),
  },
  {
    files: ['functions/**/*.ts'],
    rules: {
      ...restrict(
        deny(
          '^(?!@azure/functions$|\\.\\./shared/runtime\\.ts$)',
          'a function registers and calls the runtime, nothing else',
        ),
      ),
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'IfStatement, TryStatement, ForStatement, ForOfStatement, WhileStatement, VariableDeclaration, FunctionDeclaration',
          message: 'a function registers and makes one call; decisions live in shared/',
        },
      ],
    },
  },
  { files: ['cli/**/*.ts'], rules: restrict(...notForCli, noCommand) },
  { files: ['cli/run.ts'], rules: restrict(...notForCli) },
  {
    files: ['dev/**/*.ts'],
    rules: restrict(
      deny(
        '^(?:\\.{1,2}/)+shared/(?!names\\.json$)',
        'the simulated tenant must not share a misreading with shared/: only names.json',
      ),
      deny(outside.functions, 'dev/ loads the built bundle'),
      deny(outside.cli, 'dev/ knows nothing of cli/'),
    ),
  },
  {
    files: ['web/**/*'],
    rules: restrict(
      deny('^(?:\\.{1,2}/)+(?:shared|functions|cli|dev)/', 'web/ imports nothing of the project'),
    ),
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);
