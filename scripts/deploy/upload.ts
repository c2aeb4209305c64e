import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Upload {
  app: string;
  resourceGroup: string;
  zip: string;
}

export type UploadOutcome = { kind: 'done' } | { kind: 'again'; reason: string } | { kind: 'failed' };

/**
 * What to make of the end of an upload. The first upload after a deployment fails while the role of the app's identity on its storage
 * is not yet known everywhere, which takes minutes (FACTS 11.12); whatever else fails, fails again.
 */
export function outcomeOf(status: number | null, output: string): UploadOutcome {
  // The CLI has been seen to end well with a failed deployment, because the status call answers 200 for that too (FACTS 11.12).
  const refused =
    /BlobUploadFailedException|InaccessibleStorageException/.test(output) && /\b403\b/.test(output);
  if (refused) return { kind: 'again', reason: 'its storage does not let the app in yet' };
  return status === 0 ? { kind: 'done' } : { kind: 'failed' };
}

/**
 * Hands a zip to One Deploy by the Azure CLI, as it is (no remote build), and tries again while the storage refuses.
 * `config-zip` and not `az functionapp deploy`: for Flex Consumption the latter sends a content type that One Deploy refuses.
 * @returns false when it was given up; what the CLI said is on the terminal then
 */
export async function upload(
  { app, resourceGroup, zip }: Upload,
  wait: { attempts: number; pauseSeconds: number },
): Promise<boolean> {
  const command = ['functionapp', 'deployment', 'source', 'config-zip', '--only-show-errors'];
  const options = ['--name', app, '--resource-group', resourceGroup, '--src', zip];
  for (let attempt = 1; ; attempt += 1) {
    const { status, output } = await runAzureCli([...command, ...options]);
    const outcome = outcomeOf(status, output);
    if (outcome.kind === 'done') return true;
    if (outcome.kind === 'failed' || attempt === wait.attempts) return false;
    console.log(
      `upload ${String(attempt)} of at most ${String(wait.attempts)}: ${outcome.reason}; again in ${String(wait.pauseSeconds)} s`,
    );
    await sleep(wait.pauseSeconds * 1000);
  }
}

async function runAzureCli(args: readonly string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn('az', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    process.stderr.write(chunk);
  });
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, output };
  } catch (error) {
    throw new Error('the Azure CLI (az) cannot be started: is it installed?', { cause: error });
  }
}
