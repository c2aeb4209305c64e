import { randomUUID } from 'node:crypto';
import names from '../../shared/names.json' with { type: 'json' };
import { ask, type Asked } from '../network/ask.ts';
import type { Line } from './check.ts';
import { type AppInAzure, excludePaths, wantsSignIn } from './public-url.ts';

/** A webhook route, asked as the service that will call it asks before it trusts it. */
export interface Handshake {
  route: string;
  /** Graph wants its token back; the Activity API only a 200 (FACTS 1.4, 7.2). */
  caller: 'Graph' | 'the Activity API';
  token: string;
  asked: Asked;
}

const callers = {
  [names.openRoutes.changeNotifications]: 'Graph',
  [names.openRoutes.lifecycleNotifications]: 'Graph',
  [names.openRoutes.activityContent]: 'the Activity API',
} as const;

export function shakeHands(url: string, tenantId: string): Promise<Handshake[]> {
  return Promise.all(
    Object.entries(callers).map(async ([template, caller]): Promise<Handshake> => {
      const address = `${url}/api/${template.replace('{tenantId}', encodeURIComponent(tenantId))}`;
      // What an encoder would change is in it, because it must come back decoded; nothing that an escape of HTML would.
      const token = `Validation: gracewatch doctor + 100% /${randomUUID()}`;
      const asked =
        caller === 'Graph'
          ? await ask(`${address}?validationToken=${encodeURIComponent(token)}`, {
              method: 'POST',
              headers: { 'content-type': 'text/plain; charset=utf-8' },
              timeoutMilliseconds: handshakeMilliseconds,
            })
          : await ask(address, {
              method: 'POST',
              headers: { 'content-type': 'application/json', 'Webhook-ValidationCode': token },
              body: JSON.stringify({ validationCode: token }),
              timeoutMilliseconds: handshakeMilliseconds,
            });
      return { route: `POST /api/${template}`, caller, token, asked };
    }),
  );
}

/** Graph's own patience (FACTS 1.4). */
const handshakeMilliseconds = 10_000;

export function judgeHandshake({ route, caller, token, asked }: Handshake, app?: AppInAzure): Line {
  const subject = route;
  if (asked.kind === 'unreachable') {
    return {
      subject,
      status: 'fail',
      means: `gave no answer within 10 seconds, as ${caller} wants it`,
      mend: 'try again: the first request after a pause is slow without an always-ready instance',
    };
  }
  const { status } = asked;
  if (wantsSignIn(asked) || status === 403) {
    return {
      subject,
      status: 'fail',
      means: `${caller} is asked to sign in (${status}), and cannot: sign-in must not cover the webhook routes`,
      mend: excludePaths(app),
    };
  }
  if (status === 501) {
    return { subject, status: 'ok', means: 'open; webhooks are not part of this version' };
  }
  if (status !== 200) {
    return {
      subject,
      status: 'fail',
      means: `answered ${status} where ${caller} wants 200`,
      mend: 'the line of /api/health comes first; then the log of the app',
    };
  }
  const plain = asked.headers.get('content-type')?.startsWith('text/plain') === true;
  if (caller === 'Graph' && (asked.body !== token || !plain)) {
    return {
      subject,
      status: 'fail',
      means: plain
        ? 'answered something else than the token: Graph will not subscribe'
        : 'gave the token back, but not as text/plain: Graph will not subscribe',
      mend: 'something between Graph and the app changes answers: is GRACEWATCH_PUBLIC_URL that of a proxy?',
    };
  }
  return { subject, status: 'ok', means: `answers the handshake of ${caller}` };
}
