import type { Asked } from '../network/ask.ts';
import { hostOf } from '../network/unreachable.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';
import { durationWords } from './duration-words.ts';

export async function examineClock(deployment: Deployment): Promise<Line[]> {
  const { config, isRead, graph, storage, publicUrl, health } = deployment;
  const ofStorage = async (): Promise<Asked> => (await storage()).asked('tables');
  return judgeClock([
    // Without a credential nobody knows in which cloud the tenants are.
    ...(isRead('GRACEWATCH_CREDENTIAL') && isRead('GRACEWATCH_GRAPH_ENDPOINT')
      ? [{ who: hostOf(config.endpoints.graph), asked: await graph() }]
      : []),
    // Why it cannot be reached is told by its own examination.
    ...(isRead('AzureWebJobsStorage')
      ? [{ who: 'storage', asked: await ofStorage().catch(() => undefined) }]
      : []),
    { who: hostOf(publicUrl ?? ''), asked: await health() },
  ]);
}

const minute = 60_000;
const warnAfter = 2 * minute;
/** Beyond it tokens are taken for expired or not yet valid. */
const failAfter = 5 * minute;
/** `Date` has whole seconds. */
const precision = 1000;

/** This machine's clock against the `Date` of those who answered it. */
export function judgeClock(answers: readonly { who: string; asked: Asked | undefined }[]): Line[] {
  const told = answers.flatMap(({ who, asked }) => {
    const ahead = aheadBy(asked);
    return ahead === undefined ? [] : [{ who, ahead }];
  });
  if (told.length === 0) {
    return [
      { status: 'warn', means: 'nobody answered who could tell the time, so this clock is not checked' },
    ];
  }
  return told.map(({ who, ahead }): Line => {
    const off = Math.abs(ahead);
    if (off <= warnAfter)
      return { subject: who, status: 'ok', means: 'agrees with the clock of this machine' };
    const direction = ahead > 0 ? 'ahead of' : 'behind';
    return {
      subject: who,
      status: off > failAfter ? 'fail' : 'warn',
      means: `the clock of this machine is ${durationWords(off)} ${direction} that of ${who}: ${
        off > failAfter
          ? 'tokens and signatures made here are refused'
          : 'from five minutes on tokens are refused'
      }`,
      mend: 'set the clock by a time server: w32tm /resync on Windows, timedatectl set-ntp true on Linux, System Settings > General > Date & Time on macOS',
    };
  });
}

/** Milliseconds; within the time that the question took everything agrees. */
function aheadBy(asked: Asked | undefined): number | undefined {
  if (asked?.kind !== 'answered') return undefined;
  const theirs = Date.parse(asked.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) return undefined;
  const [before, after] = asked.between;
  if (before > theirs + precision) return before - theirs - precision;
  return after < theirs ? after - theirs : 0;
}
