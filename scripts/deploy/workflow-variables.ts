import { randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import process from 'node:process';

/**
 * In `.github/workflows/deploy.yml`: hands those variables of the GitHub environment to the later steps that infra/main.bicepparam
 * reads, and only where they are set, because there an empty variable is not the same as none.
 */

/** Whoever has the address of a channel can post to it, and a variable can be read by everybody with access to the repository. */
const secret = 'GRACEWATCH_CHANNELS';

/**
 * @param bicepparam text of the parameter file
 * @throws where an address that is a secret is among the variables
 */
export function templateVariables(
  bicepparam: string,
  variables: Readonly<Record<string, string>>,
): [name: string, value: string][] {
  if (variables[secret] !== undefined && variables[secret] !== '') {
    throw new Error(
      `${secret} holds addresses that anybody can post to: it belongs into the key vault, not into a variable (docs/deploy.md)`,
    );
  }
  const names = [...bicepparam.matchAll(/readEnvironmentVariable\('(\w+)'/g)].map(([, name]) => name ?? '');
  return [...new Set(names)].flatMap((name) => {
    const value = variables[name] ?? '';
    return value === '' ? [] : [[name, value]];
  });
}

if (import.meta.main) {
  const { GITHUB_ENV: file = '', VARIABLES: json = '{}' } = process.env;
  const bicepparam = await readFile(new URL('../../infra/main.bicepparam', import.meta.url), 'utf8');
  try {
    for (const [name, value] of templateVariables(bicepparam, JSON.parse(json) as Record<string, string>)) {
      // A delimiter that no value can hold.
      const end = randomUUID();
      await appendFile(file, `${name}<<${end}\n${value}\n${end}\n`);
      console.log(name);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
