import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadOutcome } from '../../shared/services/read-outcome.ts';
import type { RightsByCall } from '../rights/rights-by-call.ts';

const limitMilliseconds = 30_000;

/**
 * The same ports for the look at one tenant: each call is made once, whoever asks for its answer, and one that does not end is told by its
 * name while all others go on.
 */
export function limitedCalls(ports: RightsByCall, milliseconds = limitMilliseconds): RightsByCall {
  const answers = new Map<string, Promise<ReadOutcome<unknown>>>();
  const asked = <T>(
    call: string,
    tenantId: string,
    send: () => Promise<ReadOutcome<T>>,
  ): Promise<ReadOutcome<T>> => {
    const key = `${tenantId} ${call}`;
    const late: ReadOutcome<T> = {
      kind: 'later',
      reason: `${call} did not end within ${milliseconds / 1000} seconds`,
    };
    const known = answers.get(key) as Promise<ReadOutcome<T>> | undefined;
    if (known !== undefined) return known;
    const answer = within(milliseconds, send(), late).then((outcome) => {
      // Who was told when to come again may do so.
      if (outcome.kind === 'later' && outcome.afterSeconds !== undefined) answers.delete(key);
      return outcome;
    });
    answers.set(key, answer);
    return answer;
  };
  const { graph, activity, tokenFor } = ports;
  return {
    ...ports,
    async tokenFor(tenantId, scope) {
      const token = await within(milliseconds, tokenFor(tenantId, scope), undefined);
      if (token === undefined) throw new Error('the token did not come in time');
      return token;
    },
    graph: {
      readPage: (tenantId, path) =>
        asked(`GET ${nameOf(path)} of Graph`, tenantId, () => graph.readPage(tenantId, path)),
      readObject: (tenantId, path) =>
        asked(`GET ${nameOf(path)} of Graph`, tenantId, () => graph.readObject(tenantId, path)),
    },
    activity: {
      listSubscriptions: (tenantId) =>
        asked('the list of subscriptions of the Activity API', tenantId, () =>
          activity.listSubscriptions(tenantId),
        ),
    },
  };
}

/** With what is asked of it, because that makes it another call. */
function nameOf(path: string): string {
  return path.slice(0, 80);
}

/** The value, or `late` where it takes longer; what goes on behind has limits of its own. */
export async function within<T, Late>(milliseconds: number, work: Promise<T>, late: Late): Promise<T | Late> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, sleep(milliseconds, late, { signal: timer.signal, ref: false })]);
  } finally {
    timer.abort();
  }
}
