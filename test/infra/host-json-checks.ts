import { at, textAt } from './template.ts';

/** What must reach the log whole: failures, and the lines that alarms read (infra/modules/alarms.bicep). */
const neverSampled = ['Exception', 'Request', 'Trace'];

/** Sampling leaves out nothing that an alarm reads, and what each function says is logged. */
export function loggingFindings(host: unknown, functions: readonly string[]): string[] {
  const sampling = at(host, 'logging', 'applicationInsights', 'samplingSettings');
  const excluded = textAt(sampling, 'excludedTypes').split(';');
  const levels = (at(host, 'logging', 'logLevel') ?? {}) as Record<string, string>;
  const named = Object.keys(levels).flatMap((category) => /^Function\.(.+)\.User$/.exec(category)?.[1] ?? []);
  return [
    // A failed run is told with its exception by Host.Results already: once more is 10 KB and more (FACTS 11.13).
    ...(levels['Host.Results'] === 'Error' ? [] : ['a failed run is not told by Host.Results']),
    ...(levels['Function'] === 'None' ? [] : ['a failed run is told twice']),
    // Of a queue that is missing the host's client warns at every poll (FACTS 11.13).
    ...(['Error', 'Critical', 'None'].includes(levels['Azure.Core'] ?? '')
      ? []
      : ['a missing queue floods the log']),
    ...(at(sampling, 'isEnabled') === false
      ? []
      : neverSampled.filter((type) => !excluded.includes(type)).map((type) => `${type} may be sampled away`)),
    ...functions
      .filter((name) => !['Information', 'Debug', 'Trace'].includes(levels[`Function.${name}.User`] ?? ''))
      .map((name) => `what ${name} says is not logged`),
    ...named.filter((name) => !functions.includes(name)).map((name) => `there is no function ${name}`),
  ];
}
