import type { Check } from '../../../cli/doctor/check.ts';
import type { Diagnosis } from '../../../cli/doctor/report.ts';
import type { Environment } from '../../../shared/config.ts';
import { commandLine, type Given, type Ran } from '../../builders/command-line.ts';

export type Asked = Omit<Given, 'environment'> & { args?: readonly string[] };

/** The command as a person runs it. */
export function doctorSays(environment: Environment, { args = [], ...given }: Asked = {}): Promise<Ran> {
  return commandLine(['doctor', ...args], { ...given, environment });
}

/** What a program reads of it. */
export async function diagnosed(
  environment: Environment,
  { args = [], ...given }: Asked = {},
): Promise<Diagnosis & { code: number }> {
  const { code, out, err } = await doctorSays(environment, { ...given, args: ['--json', ...args] });
  if (out === '') throw new Error(err);
  return { ...(JSON.parse(out) as Diagnosis), code };
}

/** The lines of one kind of check, and of one subject where it is named. */
export function told(checks: readonly Check[], check: Check['check'], subject?: string): Check[] {
  return checks.filter((one) => one.check === check && (subject === undefined || one.subject === subject));
}
