import { exec, execFile } from 'node:child_process';
import type { Environment } from '../../shared/config.ts';
import { tokenRefusalCode } from '../../shared/tenants/token-refusal.ts';

/** What a call of the Azure CLI gave: its JSON, or why there is none, in its own words cut to one line. */
export type AzOutcome = { kind: 'done'; value: unknown } | { kind: 'failed'; reason: string };

/** Calls `az ARGUMENTS --output json`. Arguments are names and ids that were checked: on Windows `az` is a script that only a shell starts. */
export type Az = (args: readonly string[]) => Promise<AzOutcome>;

const timeLimitMilliseconds = 120_000;
const largestAnswer = 16 * 1024 * 1024;
/** Nothing that cmd.exe or a POSIX shell takes for more than a part of a word. */
const safeArgument = /^[\w@+=:,./[\]{}?'*-]+$/;

/** The Azure CLI that is on the path of this environment. Throws for an argument that a shell could take for more than a word. */
export function createAz(environment: Environment): Az {
  return (args) => {
    if (args.some((argument) => !safeArgument.test(argument))) {
      throw new Error('an argument for az has characters that a shell reads');
    }
    const all = [...args, '--only-show-errors', '--output', 'json'];
    const options = { env: environment, timeout: timeLimitMilliseconds, maxBuffer: largestAnswer };
    return new Promise((resolve) => {
      const answered = (error: Error | null, stdout: string, stderr: string): void => {
        resolve(error === null ? readAnswer(stdout) : { kind: 'failed', reason: failure(error, stderr) });
      };
      if (process.platform === 'win32') exec(['az', ...all].join(' '), options, answered);
      else execFile('az', all, options, answered);
    });
  };
}

function readAnswer(stdout: string): AzOutcome {
  if (stdout.trim() === '') return { kind: 'done', value: undefined };
  try {
    const value: unknown = JSON.parse(stdout);
    return { kind: 'done', value };
  } catch {
    return { kind: 'failed', reason: 'the Azure CLI answered something that is not JSON' };
  }
}

function failure(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === 'ENOENT' || /'az' is not recognized/.test(stderr)) {
    return 'the Azure CLI (az) is not installed: see https://learn.microsoft.com/cli/azure/install-azure-cli';
  }
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return 'the Azure CLI answered more than can be taken';
  }
  if (error.killed === true) {
    return `the Azure CLI gave no answer within ${timeLimitMilliseconds / 1000} s`;
  }
  const code = tokenRefusalCode(stderr);
  if (code !== undefined) return `Entra gives the Azure CLI no token (${code}): run az login`;
  if (/az login/i.test(stderr)) return 'nobody is signed in to the Azure CLI: run az login';
  const lines = stderr.split('\n').map((line) => line.trim());
  const line = lines.find((text) => text.startsWith('ERROR:')) ?? lines.find((text) => text !== '');
  return line === undefined
    ? 'the Azure CLI failed and did not say why'
    : `the Azure CLI said: ${withoutSecrets(firstSentence(line.replace(/^ERROR:\s*/, ''))).slice(0, 300)}`;
}

/** What stands behind it tells how to go on with az, or quotes the request. */
function firstSentence(line: string): string {
  return line.split(/(?<=[\w)'"][.!?])\s/)[0] ?? line;
}

const hidden = '…';

/** Services quote what was sent to them: a URL with its signature, a connection string, a token. */
function withoutSecrets(line: string): string {
  return line
    .replace(/(https?:\/\/)[^\s/@'"]+@/gi, '$1')
    .replace(/\?[\w.~-]+=[^\s'"]*/g, `?${hidden}`)
    .replace(/\beyJ[\w.~+/=-]*/g, hidden)
    .replace(
      /([\w-]*(?:sig|code|key|signature|password|passwd|pwd|secret|token)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s;,&]+)/gi,
      `$1${hidden}`,
    )
    .replace(/\bbearer\s+\S+/gi, `Bearer ${hidden}`)
    .replace(/[A-Za-z0-9+/]{40,}={1,2}/g, hidden);
}
