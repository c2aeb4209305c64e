import type { ChildProcess } from 'node:child_process';

/** For `execArgv`: a child that outlives a killed parent would hold its ports and its data for ever. */
export const endWithParent = [
  '--import',
  'data:text/javascript,process.on("disconnect",()=>process.exit(1))',
];

/** How a child ended, whether or not it has yet. */
export function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
}

/** Asks it to end, insists after a while, and resolves when it is gone. */
export async function end(child: ChildProcess, patienceSeconds: number): Promise<void> {
  const gone = ended(child);
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), patienceSeconds * 1000);
  await gone;
  clearTimeout(insist);
}
