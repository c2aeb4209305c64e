import { execFile } from 'node:child_process';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Ran {
  /** Exit code; undefined where there is no such program that runs here. */
  code: number | undefined;
  stdout: string;
  /** What was written to standard error: of Bicep, its warnings and errors; and last, that a program was stopped. */
  stderr: string;
}

/** .NET programs end at once where the ICU library is missing, unless told that they need none (FACTS 11.12). */
const forDotnet = { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', DOTNET_NOLOGO: '1' };

/** What a program needs of the machine, and nothing that `infra/main.bicepparam` could read: a check gives the same everywhere. */
const onlyTheMachine = /^(?:PATH|HOME|TMPDIR|SYSTEMROOT|USERPROFILE|LOCALAPPDATA|TEMP|TMP)$/i;

/** What takes seconds everywhere does not take minutes: longer than this, a program hangs. */
const longestSeconds = 300;

/** Runs Bicep to its end, or stops it. */
export function runBicep(
  file: string,
  args: readonly string[],
  cwd: string,
  seconds = longestSeconds,
): Promise<Ran> {
  const machine = Object.entries(process.env).filter(([name]) => onlyTheMachine.test(name));
  return run(file, args, cwd, Object.fromEntries(machine), seconds);
}

/** Runs a program to its end, or stops it. Plain text: Bicep and dotnet colour even what goes to a pipe. */
export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = process.env,
  seconds = longestSeconds,
): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...environment, ...forDotnet };
    // One that hangs may not listen to a polite signal either.
    const limits = { timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
    execFile(file, args, { cwd, env, ...limits }, (error, out, err) => {
      const stopped =
        error?.killed === true && error.signal === limits.killSignal
          ? `\n${path.basename(file)} ${args[0] ?? ''} did not end within ${seconds} seconds and was stopped`
          : '';
      resolve({
        code: exitCode(error),
        stdout: stripVTControlCharacters(out),
        stderr: stripVTControlCharacters(err) + stopped,
      });
    });
  });
}

/** A program that could not be started ends with a name such as ENOENT for a code; one that was killed, with none. */
function exitCode(error: Error | null): number | undefined {
  if (error === null) return 0;
  const code = 'code' in error ? error.code : 1;
  if (typeof code === 'string') return undefined;
  return typeof code === 'number' ? code : 1;
}
