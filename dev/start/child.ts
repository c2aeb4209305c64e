import type { ChildProcess } from 'node:child_process';

/** For `execArgv`: a child that outlives a killed parent would hold its ports and its data for ever. */
export const exitWithParent = ['--import', withoutParent('process.exit(1)')];

/** The same for a child that must save something first: it gets the signal that it would have got. */
export const endWithParent = ['--import', withoutParent("process.kill(process.pid,'SIGTERM')")];

/** The channel is only to be noticed when it closes: it must not keep a child running that has nothing else to do. */
function withoutParent(act: string): string {
  return `data:text/javascript,process.on("disconnect",()=>${act});process.channel?.unref()`;
}

export function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** How a child ended, whether or not it has yet. */
export function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  if (isOver(child)) {
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
