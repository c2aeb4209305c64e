import { setTimeout as sleep } from 'node:timers/promises';

/** What an app says of itself at `/api/health`, which is open to all. */
export type AppState =
  | { kind: 'runs'; version: string; failing: readonly string[] }
  /** Nothing there yet, or something that is not Gracewatch: a new app answers so until its code has started. */
  | { kind: 'silent'; reason: string };

interface Health {
  version?: unknown;
  checks?: unknown;
}

const answerLimitMilliseconds = 30_000;

/** @param url base of the app; health answers 503 where a check fails, and the app runs all the same */
export async function askApp(url: string): Promise<AppState> {
  let health: unknown;
  let status: number;
  try {
    const response = await fetch(new URL('/api/health', url), {
      signal: AbortSignal.timeout(answerLimitMilliseconds),
    });
    status = response.status;
    health = await response.json().catch(() => undefined);
  } catch (error) {
    return { kind: 'silent', reason: reasonOf(error) };
  }
  const { version, checks } = (typeof health === 'object' ? (health ?? {}) : {}) as Health;
  if (typeof version !== 'string') {
    return { kind: 'silent', reason: `answers ${String(status)}, and not as Gracewatch does` };
  }
  return { kind: 'runs', version, failing: failingChecks(checks) };
}

/**
 * Asks until the app runs that version. An older one answers for a while after a deployment, so only the version tells that the new
 * code has started.
 * @returns the last state; whoever calls looks whether the version is the one
 */
export async function waitForApp(
  url: string,
  version: string,
  wait: { attempts: number; pauseSeconds: number },
): Promise<AppState> {
  let state = await askApp(url);
  for (let attempt = 1; attempt < wait.attempts && !runsVersion(state, version); attempt += 1) {
    await sleep(wait.pauseSeconds * 1000);
    state = await askApp(url);
  }
  return state;
}

export function runsVersion(state: AppState, version: string): boolean {
  return state.kind === 'runs' && state.version === version;
}

/** One sentence for a person. */
export function sentenceOf(url: string, state: AppState): string {
  switch (state.kind) {
    case 'silent':
      return `${url} does not run: ${state.reason}`;
    case 'runs': {
      const failing =
        state.failing.length === 0 ? 'every check is fine' : `failing: ${state.failing.join(', ')}`;
      return `${url} runs Gracewatch ${state.version}; ${failing}`;
    }
  }
}

function failingChecks(checks: unknown): string[] {
  if (!Array.isArray(checks)) return [];
  return checks
    .map((check: { name?: unknown; ok?: unknown } | null) => (check?.ok === false ? check.name : undefined))
    .filter((name) => typeof name === 'string');
}

/** `fetch` says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  const { message = 'no answer', cause } = error as { message?: string; cause?: { message?: string } };
  return cause?.message === undefined || cause.message === '' ? message : cause.message;
}
