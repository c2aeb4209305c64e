import { dropKept, replayKept } from '../../shared/queues/replay-kept.ts';
import type { KeptMessage } from '../../shared/queues/poison-store.ts';
import { jsonText } from '../../shared/json/json-text.ts';
import { counted } from '../../shared/text/numbers.ts';
import { UsageError } from '../arguments/arguments.ts';
import { tellingWrongUse } from '../arguments/wrong-use.ts';
import { storageComplaint } from '../storage/complaint.ts';
import { targetArguments } from '../target/target.ts';
import { countedProgress } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Workplace } from '../workplace.ts';
import { poisonHelp } from './help.ts';
import { chooseKept, type KeptPoison, readKeptPoison, replayable } from './kept.ts';
import { type PoisonOptions, readPoisonOptions } from './options.ts';
import { lineOf, listText, showText, shownMessage } from './report.ts';

/** 0 done or nothing to do; 1 not reached or not confirmed; 2 wrong use or settings; 3 done but for what is still unreadable. */
type ExitCode = 0 | 1 | 2 | 3;

/** `gracewatch poison list|show|replay|drop`: what could not be handled. */
export function poison(args: readonly string[], workplace: Workplace): Promise<ExitCode> {
  return tellingWrongUse('poison', workplace.terminal, () => obey(readPoisonOptions(args), workplace));
}

async function obey(options: PoisonOptions, workplace: Workplace): Promise<ExitCode> {
  const { terminal } = workplace;
  if (options.kind === 'help') {
    await terminal.out(poisonHelp);
    return 0;
  }
  const deployment = await readKeptPoison(options.target, workplace);
  try {
    const kept = await chooseKept(options.chosen, deployment.poison);
    switch (options.kind) {
      case 'list':
        await terminal.out(
          options.json
            ? `${jsonText(kept)}\n`
            : listText(kept, deployment.target.label, targetArguments(deployment.target)),
        );
        return 0;
      case 'show':
        return await show(kept, options.json, deployment, terminal);
      case 'replay':
        return await replay(replayable(kept, options.chosen), options, deployment, terminal);
      case 'drop':
        return await drop(kept, options, deployment, terminal);
    }
  } catch (error) {
    const complaint = storageComplaint(error, deployment.storage);
    if (complaint === undefined) throw error;
    terminal.err(`gracewatch poison: ${complaint}\n`);
    return 1;
  }
}

async function show(
  [kept]: readonly KeptMessage[],
  json: boolean,
  { poison: store }: KeptPoison,
  terminal: Terminal,
): Promise<0> {
  const message = kept === undefined ? undefined : await store.read(kept.queue, kept.messageId);
  if (kept === undefined || message === undefined)
    throw new UsageError('the message was put back or deleted just now');
  const shown = shownMessage(kept, message);
  await terminal.out(json ? `${jsonText(shown)}\n` : showText(shown));
  return 0;
}

type Outcome = 'replayed' | 'unreadable' | 'dropped' | 'gone';

async function replay(
  kept: readonly KeptMessage[],
  { json, dryRun }: Extract<PoisonOptions, { kind: 'replay' }>,
  deployment: KeptPoison,
  terminal: Terminal,
): Promise<0 | 3> {
  if (dryRun) return wouldBe('put back', kept, json, terminal);
  const outcomes = await each(kept, 'put back', terminal, async ({ queue, messageId }) => {
    const message = await deployment.poison.read(queue, messageId);
    return message === undefined ? 'gone' : replayKept(message, deployment);
  });
  const count = (outcome: Outcome): number => outcomes.filter((one) => one.outcome === outcome).length;
  const [replayed, unreadable] = [count('replayed'), count('unreadable')];
  if (json) await terminal.out(`${jsonText(outcomes)}\n`);
  else {
    const lines = [
      ...(kept.length === 0 ? ['Nothing is kept that could be put back.'] : []),
      ...(replayed === 0
        ? []
        : [
            `${counted(replayed, 'message')} put back. The alert closes itself at the next report-poison, within five minutes; what fails again comes back.`,
          ]),
      ...(unreadable === 0
        ? []
        : [`${counted(unreadable, 'record')} cannot be read by this version either, and stay kept.`]),
    ];
    await terminal.out(`${lines.join('\n')}\n`);
  }
  return unreadable === 0 ? 0 : 3;
}

async function drop(
  kept: readonly KeptMessage[],
  { json, dryRun, yes }: Extract<PoisonOptions, { kind: 'drop' }>,
  deployment: KeptPoison,
  terminal: Terminal,
): Promise<0 | 1> {
  if (dryRun) return wouldBe('deleted', kept, json, terminal);
  if (kept.length > 0 && !yes && !(await isConfirmed(kept, terminal))) return 1;
  const outcomes = await each(kept, 'deleted', terminal, async (message) => {
    await dropKept(message, deployment);
    return 'dropped';
  });
  await terminal.out(json ? `${jsonText(outcomes)}\n` : `${counted(kept.length, 'message')} deleted.\n`);
  return 0;
}

/** What was put back or deleted before a failure is told with the failure's command: done again it goes on with the rest. */
async function each(
  kept: readonly KeptMessage[],
  what: string,
  terminal: Terminal,
  work: (message: KeptMessage) => Promise<Outcome>,
): Promise<{ queue: string; messageId: string; outcome: Outcome }[]> {
  const progress = countedProgress(what, kept.length, terminal);
  const outcomes: { queue: string; messageId: string; outcome: Outcome }[] = [];
  try {
    for (const message of kept) {
      const { queue, messageId } = message;
      outcomes.push({ queue, messageId, outcome: await work(message) });
      progress.step();
    }
  } finally {
    progress.end();
  }
  return outcomes;
}

const mostNamed = 20;

function named(kept: readonly KeptMessage[]): string[] {
  const rest = kept.length - mostNamed;
  return [
    ...kept.slice(0, mostNamed).map((message) => `  ${message.queue}: ${lineOf(message)}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

async function wouldBe(
  what: string,
  kept: readonly KeptMessage[],
  json: boolean,
  terminal: Terminal,
): Promise<0> {
  const text = [
    `${counted(kept.length, 'message')} would be ${what}; nothing was done:`,
    ...named(kept),
  ].join('\n');
  await terminal.out(json ? `${jsonText(kept)}\n` : `${text}\n`);
  return 0;
}

async function isConfirmed(kept: readonly KeptMessage[], terminal: Terminal): Promise<boolean> {
  terminal.err(
    `${named(kept).join('\n')}\nWhat they carry is then never evaluated, and cannot be brought back.\n`,
  );
  const answer = await terminal.ask(`Type ${kept.length} to delete ${counted(kept.length, 'message')}: `);
  if (answer === undefined) throw new UsageError('nobody is there to confirm it: give --yes');
  if (answer.trim() === String(kept.length)) return true;
  terminal.err('Nothing was deleted.\n');
  return false;
}
