import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CannotStart } from './cannot-start.ts';
import { hasCode } from './error-code.ts';

/**
 * Lets one start at a time use the folder: a file with the process id. What a dead process left behind is taken over.
 * @returns what removes it
 * @throws CannotStart while another start is alive
 */
export function lockInstance(path: string, isAlive: (pid: number) => boolean = isStart): () => void {
  const own = String(process.pid);
  const claim = (): boolean => {
    try {
      writeFileSync(path, own, { flag: 'wx' });
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  };
  if (!claim()) {
    const owner = Number(readFileSync(path, 'utf8'));
    if (Number.isInteger(owner) && owner > 0 && isAlive(owner)) throw runsAlready(owner);
    rmSync(path, { force: true });
    if (!claim()) throw runsAlready(Number(readFileSync(path, 'utf8')));
  }
  return () => {
    rmSync(path, { force: true });
  };
}

function runsAlready(pid: number): CannotStart {
  return new CannotStart(
    `Gracewatch runs already (process ${pid}): stop it with Ctrl-C where it was started`,
  );
}

/** Process ids are given again, in a container soon: where the system tells, the process must be a start of Gracewatch. */
function isStart(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is there, and may not be signalled.
    if (!hasCode(error, 'EPERM')) return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.ts');
  } catch {
    return true;
  }
}
