import { visibleText } from '../../shared/text/visible-text.ts';
import { readArguments, UsageError } from '../arguments/arguments.ts';
import { tellingWrongUse } from '../arguments/wrong-use.ts';
import { readTarget, targetOptions } from '../target/target.ts';
import { jsonText } from '../../shared/json/json-text.ts';
import type { Workplace } from '../workplace.ts';
import type { Check } from './check.ts';
import { diagnose } from './diagnose.ts';
import { doctorHelp } from './help.ts';
import { diagnosisOf, reportOf } from './report.ts';

/**
 * Looks at everything that a deployment needs and says what is missing and what mends it.
 * Gives the exit code: 0 nothing fails, 1 something fails, 2 wrong use or no such app.
 */
export function doctor(args: readonly string[], workplace: Workplace): Promise<0 | 1 | 2> {
  return tellingWrongUse('doctor', workplace.terminal, () => obey(args, workplace));
}

async function obey(args: readonly string[], workplace: Workplace): Promise<0 | 1> {
  const { terminal } = workplace;
  const { values, positionals } = readArguments(args, {
    ...targetOptions,
    tenant: { type: 'string', multiple: true },
    send: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) {
    await terminal.out(doctorHelp);
    return 0;
  }
  if (positionals[0] !== undefined) throw new UsageError(`doctor takes no ${positionals[0]}`);
  const target = await readTarget(values, workplace);
  const wanted = { tenants: values.tenant ?? [], send: values.send === true };
  const checks = await diagnose(target, wanted, workplace);
  const diagnosis = diagnosisOf(target.label, new Date().toISOString(), checks.map(visible));
  await terminal.out(
    values.json === true ? `${jsonText(diagnosis)}\n` : reportOf(diagnosis, wantsColour(workplace)),
  );
  return diagnosis.fail > 0 ? 1 : 0;
}

/** Names of tenants and answers of services stand in it, and must steer neither a terminal nor a reader of the JSON. */
function visible({ check, subject, tenant, status, means, mend }: Check): Check {
  return {
    check,
    ...(tenant === undefined
      ? {}
      : { tenant: { id: visibleText(tenant.id), name: visibleText(tenant.name) } }),
    ...(subject === undefined ? {} : { subject: visibleText(subject) }),
    status,
    means: visibleText(means),
    ...(mend === undefined ? {} : { mend: visibleText(mend) }),
  };
}

/** Where a person reads it and has not asked for none (no-color.org). */
function wantsColour({ terminal, environment }: Workplace): boolean {
  return terminal.watched && process.stdout.isTTY && (environment['NO_COLOR'] ?? '') === '';
}
