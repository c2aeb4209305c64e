import { type Failure, failureWords } from '../directory/failure-words.ts';
import { paragraph } from '../terminal/paragraph.ts';
import { plainWords } from '../terminal/plain-words.ts';
import type { Aspect } from './aspect.ts';
import type { Outcome, PlanOutcome } from './carry-out.ts';

const words: Readonly<Record<Outcome['kind'], string>> = {
  right: 'right',
  'would-do': 'to do',
  done: 'done',
  'not-reached': 'left',
  failed: 'refused',
};

/** What only the command knows to say. */
export interface PlanWords {
  /** Which application, for which app, in which tenant. */
  heading: string;
  /** What else is said where something was refused. */
  unfinished?: string;
  /** The lines that say what comes next, once the application is there. */
  next: (clientId: string) => string[];
}

/** For people: each aspect with what became of it, notes, and what comes next. */
export function planText(plan: PlanOutcome, { heading, unfinished = '', next }: PlanWords): string {
  const lines = [
    ...paragraph(heading),
    '',
    ...plan.results.flatMap(({ aspect, outcome }) => aspectLines(aspect, outcome)),
    ...plan.notes.flatMap((note) => ['', ...paragraph(`Note: ${note}`)]),
    '',
    ...(plan.clientId === undefined ? [] : [`Client id: ${plainWords(plan.clientId)}`, '']),
    ...endLines(plan, unfinished, next),
  ];
  return `${lines.join('\n')}\n`;
}

function aspectLines(aspect: Aspect, outcome: Outcome): string[] {
  const first = `  ${words[outcome.kind].padEnd(8)} `;
  const blanks = ' '.repeat(first.length);
  const is = outcome.kind === 'done' ? 'it was' : 'it is';
  return [
    ...paragraph(aspect.text, first),
    ...(aspect.was === undefined ? [] : paragraph(`${is}: ${aspect.was}`, blanks)),
    ...(outcome.kind === 'failed' ? paragraph(reasonOf(aspect, outcome.failure), blanks) : []),
  ];
}

function reasonOf({ step }: Aspect, failure: Failure): string {
  const reason = failureWords(failure);
  const isUnknown = step?.kind === 'allow' && failure.kind === 'refused' && failure.status === 404;
  return isUnknown ? `no person or group of this tenant has this object id (${reason})` : reason;
}

function endLines(
  { results, clientId, dryRun }: PlanOutcome,
  unfinished: string,
  next: PlanWords['next'],
): string[] {
  if (results.some(({ outcome }) => outcome.kind === 'failed')) {
    return [`Not finished: what was done stays, and the same command goes on from there.${unfinished}`];
  }
  const would = results.filter(({ outcome }) => outcome.kind === 'would-do').length;
  if (would > 0) return [`Nothing was changed. With --yes: ${would} ${would === 1 ? 'change' : 'changes'}.`];
  return [
    dryRun ? 'Nothing is to be done here.' : 'All is as it should be.',
    ...(clientId === undefined ? [] : next(plainWords(clientId))),
  ];
}

/** The part of the document of `--json` that each plan has. */
export function planDocument(uniqueName: string, { results, notes, clientId, dryRun }: PlanOutcome) {
  return {
    application: { uniqueName, ...(clientId === undefined ? {} : { clientId }) },
    dryRun,
    aspects: results.map(({ aspect, outcome }) => ({
      name: aspect.name,
      text: aspect.text,
      ...(aspect.was === undefined ? {} : { was: aspect.was }),
      outcome: outcome.kind,
      ...(outcome.kind === 'failed' ? { reason: reasonOf(aspect, outcome.failure) } : {}),
    })),
    notes,
  };
}
