import { execFile } from 'node:child_process';

/** What a call of the Azure CLI gave: its JSON, or why there is none, in its own words cut to one line. */
export type AzOutcome = { kind: 'done'; value: unknown } | { kind: 'failed'; reason: string };

/** Calls `az ARGUMENTS --output json`. Arguments are names and ids that were checked: on Windows `az` is a script that only a shell starts. */
export type Az = (args: readonly string[]) => Promise<AzOutcome>;

const timeLimitMilliseconds = 120_000;
const largestAnswer = 16 * 1024 * 1024;
const safeArgument = /^[\w@%+=:,./[\]{}?'*-]+$/;

/** @throws Error for an argument that a shell could take for more than a word */
export const runAz: Az = (args) => {
  const unsafe = args.find((argument) => !safeArgument.test(argument));
  if (unsafe !== undefined) throw new Error('an argument for az has characters that a shell reads');
  const options = {
    timeout: timeLimitMilliseconds,
    maxBuffer: largestAnswer,
    shell: process.platform === 'win32',
  };
  return new Promise((done) => {
    execFile('az', [...args, '--only-show-errors', '--output', 'json'], options, (error, stdout, stderr) => {
      if (error !== null) {
        done({ kind: 'failed', reason: failure(error, stderr) });
        return;
      }
      try {
        const value: unknown = stdout.trim() === '' ? undefined : JSON.parse(stdout);
        done({ kind: 'done', value });
      } catch {
        done({ kind: 'failed', reason: 'the Azure CLI answered something that is not JSON' });
      }
    });
  });
};

function failure(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === 'ENOENT') {
    return 'the Azure CLI (az) is not installed: see https://learn.microsoft.com/cli/azure/install-azure-cli';
  }
  if (error.killed === true)
    return `the Azure CLI gave no answer within ${String(timeLimitMilliseconds / 1000)} s`;
  const [line = ''] = stderr.split('\n').filter((text) => text.trim() !== '');
  if (/az login/i.test(stderr)) return 'nobody is signed in to the Azure CLI: run az login';
  return `the Azure CLI said: ${line.replace(/^ERROR:\s*/, '').slice(0, 300)}`;
}
