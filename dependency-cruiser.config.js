import { readFileSync } from 'node:fs';

/**
 * Who may import whom. dependency-cruiser holds it (`npm run walls`), for an import wall needs what a lint rule has not: a resolver,
 * cycles, and the whole graph. Imports of types count. Each wall is proved by a planted violation in test/boundaries.test.ts.
 */

/**
 * The rooms and root files of shared/ in their order, from the one table of docs/architecture.md that holds it: `json/` is a folder,
 * `config*.ts` several files.
 * @param {string} architecture the document
 * @returns {string[]}
 */
export function orderOfRooms(architecture) {
  const [, section = ''] = architecture.split(/^### The order of rooms$/m);
  const [table = ''] = section.split(/^#/m);
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

/** @param {string} name a folder of shared/ with a slash behind it, or a file, in which `*` stands for any letters */
const place = (name) =>
  `^shared/${name.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}${name.endsWith('/') ? '' : '$'}`;

const rooms = orderOfRooms(readFileSync(`${import.meta.dirname}/docs/architecture.md`, 'utf8'));
const [first, last] = [rooms.indexOf('products/'), rooms.indexOf('adapters/')];
if (first < 0 || last < first) throw new Error('docs/architecture.md holds no table "The order of rooms"');

/**
 * Arrows back up that are known and are to go. test/boundaries.test.ts fails when one is not needed any more.
 * @type {{ from: string, to: string }[]}
 */
export const knownArrowsUp = [];

/** Rooms of decisions: what they need of the outside comes through a port. With a slash behind each. */
export const pureRooms = rooms.filter(
  (name) => name.endsWith('/') && name !== 'http/' && name !== 'adapters/',
);
const pure = pureRooms.map(place);

const commands = '^cli/(?:doctor|permissions|replay|sign-in|tenants)/';
const project = '^(?:shared|functions|cli|dev|web|scripts|bench|test)/';
const sdk = '(?:^|/)node_modules/(?:@azure|@microsoft)/|^@(?:azure|microsoft)/';

/**
 * @param {string} name
 * @param {string} comment
 * @param {object} from
 * @param {object} to
 */
const wall = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rooms.flatMap((name, index) => {
      const after = rooms.slice(index + 1).map(place);
      if (after.length === 0) return [];
      const known = knownArrowsUp.filter(({ from }) => new RegExp(place(name)).test(`shared/${from}`));
      return [
        wall(
          'no-arrow-up',
          `${name} imports only what stands before it in the order of rooms`,
          { path: place(name), pathNot: known.map(({ from }) => place(from)) },
          { path: after },
        ),
        ...known.map(({ from }) =>
          wall(
            'no-arrow-up',
            `${from} has no arrow up but those that are known`,
            { path: place(from) },
            { path: after, pathNot: known.filter((arrow) => arrow.from === from).map(({ to }) => place(to)) },
          ),
        ),
      ];
    }),
    wall(
      'room-in-the-order',
      'a room or root file of shared/ has a row in the order of rooms (docs/architecture.md)',
      {},
      { path: '^shared/', pathNot: rooms.map(place) },
    ),
    wall(
      'room-in-the-order',
      'a room or root file of shared/ has a row in the order of rooms (docs/architecture.md)',
      { path: '^shared/', pathNot: rooms.map(place) },
      {},
    ),
    wall('no-cycle', 'modules that need each other are one module', {}, { circular: true }),
    wall(
      'nothing-unresolved',
      'an import that leads nowhere would pass every wall',
      {},
      { couldNotResolve: true },
    ),
    wall(
      'pure-room-without-sdk',
      'a room of decisions imports no SDK: take a port',
      { path: pure },
      { path: sdk },
    ),
    wall(
      'pure-room-without-io',
      'a room of decisions does no I/O: take a port',
      { path: pure },
      { dependencyTypes: ['core'], pathNot: '^(?:node:)?crypto$' },
    ),
    wall(
      'rule-reads-nothing',
      'what a rule needs comes with its input: no port, no setting, none of the root files',
      { path: '^shared/rules/' },
      { path: '^shared/[^/]+$' },
    ),
    wall(
      'rule-of-one-family',
      'a rule knows its contract and its own family',
      { path: '^shared/rules/([^/]+)/' },
      { path: '^shared/rules/[^/]+/', pathNot: '^shared/rules/$1/' },
    ),
    wall(
      'rule-contract-knows-no-rule',
      'the contract of rules knows none of them',
      { path: '^shared/rules/[^/]+$' },
      { path: '^shared/rules/[^/]+/' },
    ),
    wall(
      'rule-without-packages',
      'of packages a rule uses zod, and nothing else',
      { path: '^shared/rules/' },
      {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '(?:^|/)zod(?:/|$)',
      },
    ),
    wall(
      'shared-knows-no-app',
      'shared/ knows nothing of what is built on it',
      { path: '^shared/' },
      { path: project, pathNot: '^shared/' },
    ),
    wall(
      'function-registers',
      'a function registers and calls the runtime, nothing else',
      { path: '^functions/' },
      { pathNot: ['^shared/runtime\\.ts$', '(?:^|/)node_modules/@azure/functions/|^@azure/functions$'] },
    ),
    wall(
      'cli-builds-on-shared',
      'cli/ builds on shared/',
      { path: '^cli/' },
      { path: project, pathNot: '^(?:cli|shared)/' },
    ),
    wall(
      'one-way-to-graph',
      'what goes to Graph goes through shared/adapters/graph.ts',
      { path: '^(?:shared|cli)/', pathNot: '^shared/adapters/graph\\.ts$' },
      { path: '@microsoft/microsoft-graph-client' },
    ),
    wall(
      'command-knows-no-other',
      'a command knows no other: what several use stands in a folder named for what it is',
      { path: '^cli/([^/]+)/' },
      { path: commands, pathNot: '^cli/$1/' },
    ),
    wall(
      'command-knows-no-other',
      'only run.ts knows the commands',
      { path: '^cli/[^/]+$', pathNot: '^cli/run\\.ts$' },
      { path: commands },
    ),
    wall(
      'simulation-shares-no-reading',
      'the simulated tenant must not share a misreading with shared/: only names.json',
      { path: '^dev/' },
      { path: '^shared/', pathNot: '^shared/names\\.json$' },
    ),
    wall(
      'dev-loads-the-bundle',
      'dev/ loads the built bundle, and knows nothing of functions/ and cli/',
      { path: '^dev/' },
      { path: '^(?:functions|cli)/' },
    ),
    wall(
      'web-stands-alone',
      'web/ imports nothing of the project',
      { path: '^web/' },
      { path: project, pathNot: '^web/' },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(?:^|/)node_modules/' },
    exclude: { path: '^(?:dist|\\.gracewatch)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
