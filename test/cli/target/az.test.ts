import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type AzOutcome, createAz } from '../../../cli/target/az.ts';
import { type ProgramsOnPath, programsOnPath } from '../../builders/programs-on-path.ts';

let path: ProgramsOnPath;
beforeEach(() => {
  path = programsOnPath();
});
afterEach(() => {
  path.restore();
});

function runAz(args: readonly string[]): Promise<AzOutcome> {
  return createAz({ PATH: path.folder })(args);
}

test('the Azure CLI is asked for JSON and nothing else, with the arguments as they are', async () => {
  path.install('az', `printf '['; for word in "$@"; do printf '"%s",' "$word"; done; printf 'null]'`);
  expect(
    await runAz(['functionapp', 'show', '--name', 'gracewatch-x', '--query', "[?name=='*'].{a:b}"]),
  ).toEqual({
    kind: 'done',
    value: [
      ...['functionapp', 'show', '--name', 'gracewatch-x', '--query', "[?name=='*'].{a:b}"],
      ...['--only-show-errors', '--output', 'json', null],
    ],
  });
});

test('a command that answers nothing is done', async () => {
  path.install('az', 'exit 0');
  expect(await runAz(['account', 'show'])).toEqual({ kind: 'done', value: undefined });
});

test.each([
  ['not installed', undefined, /^the Azure CLI \(az\) is not installed: see https:/],
  [
    'not signed in',
    `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`,
    /^nobody is signed in to the Azure CLI: run az login$/,
  ],
  [
    'refused by Entra',
    `echo "ERROR: AADSTS50076: Due to eyJ0-secret. Interactive authentication is needed. Please run: az login" >&2; exit 1`,
    /^Entra gives the Azure CLI no token \(AADSTS50076\): run az login$/,
  ],
  [
    'failing',
    `echo "WARNING: old" >&2; echo "ERROR: (ResourceNotFound) The resource was not found" >&2; echo "Code: X" >&2; exit 3`,
    /^the Azure CLI said: \(ResourceNotFound\) The resource was not found$/,
  ],
  [
    'failing at length of sentences',
    `echo "ERROR: (AuthorizationFailed) The client 'a.b' may not. Refresh with very-secret" >&2; exit 1`,
    /^the Azure CLI said: \(AuthorizationFailed\) The client 'a\.b' may not\.$/,
  ],
  ['failing without a word', 'exit 1', /^the Azure CLI failed and did not say why$/],
  ['failing at length', `printf 'ERROR: %01000d' 7 >&2; exit 1`, /^the Azure CLI said: 0{300}$/],
  ['not answering JSON', 'echo "Welcome to Azure"', /^the Azure CLI answered something that is not JSON$/],
])('%s: says so in one line', async (_, script, reason) => {
  if (script !== undefined) path.install('az', script);
  expect(await runAz(['account', 'show'])).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) });
});

test.each([
  ['a signature', 'https://a.blob.core.windows.net/x?sv=2024&sig=very-secret%3D failed'],
  ['a signature alone', 'cannot read sig=very-secret now'],
  ['a function key', 'https://a.azurewebsites.net/api/x?code=very-secret'],
  ['a connection string', 'AccountName=a;AccountKey=very-secret==;EndpointSuffix=core'],
  ['a shared signature', 'BlobEndpoint=x;SharedAccessSignature=very-secret'],
  ['a password', 'wrong "password": "very-secret with blanks" given'],
  ['a user in a URL', 'https://user:very-secret@host/path'],
  ['a token', 'Authorization: Bearer very-secret'],
  ['a token in its own form', 'eyJhbGciOiJub25lIn0.very-secret.very-secret'],
  ['a key alone', `${'verysecret'.repeat(8)}abcdef==`],
])('a secret in what it says is never shown: %s', async (_, words) => {
  path.install('az', `printf '%s\\n' 'ERROR: (Failed) ${words}' >&2; exit 1`);
  const outcome = await runAz(['account', 'show']);
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('(Failed) ') });
  expect(JSON.stringify(outcome)).not.toMatch(/very-?secret/);
});

test.each(['a b', 'a;b', '$(b)', '`b`', 'a&b', 'a|b', '"a"', '%PATH%', 'a>b', 'a\nb', '^', '(b)', ''])(
  'an argument that a shell could take for more than a word is never passed on: %j',
  (argument) => {
    path.install('az', 'echo {}');
    expect(() => runAz(['functionapp', 'show', '--name', argument])).toThrow('characters that a shell reads');
  },
);
