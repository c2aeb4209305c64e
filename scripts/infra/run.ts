import { execFile } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

export interface Ran {
  /** Exit code; undefined where there is no such program that runs here. */
  code: number | undefined;
  stdout: string;
  /** What was written to standard error: of Bicep, its warnings and errors. */
  stderr: string;
}

/** .NET programs end at once where the ICU library is missing, unless told that they need none (FACTS 11.12). */
const forDotnet = { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', DOTNET_NOLOGO: '1' };

/** What a program needs of the machine, and nothing that `infra/main.bicepparam` could read: a check gives the same everywhere. */
const onlyTheMachine = /^(?:PATH|HOME|TMPDIR|SYSTEMROOT|USERPROFILE|LOCALAPPDATA|TEMP|TMP)$/i;

/** Runs Bicep to its end. */
export function runBicep(file: string, args: readonly string[], cwd: string): Promise<Ran> {
  const machine = Object.entries(process.env).filter(([name]) => onlyTheMachine.test(name));
  return run(file, args, cwd, Object.fromEntries(machine));
}

/** Runs a program to its end. Plain text: Bicep and dotnet colour even what goes to a pipe. */
export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...environment, ...forDotnet };
    execFile(file, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      resolve({
        code: exitCode(error),
        stdout: stripVTControlCharacters(out),
        stderr: stripVTControlCharacters(err),
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
