import type { Asked } from '../network/ask.ts';
import { type Check, type Line, linesOf } from './check.ts';
import type { Deployment } from './deployment.ts';
import { judgeHandshake, shakeHands } from './handshake.ts';
import { askAlerts, judgeHealth, judgeSignIn, readHealth, wantsSignIn } from './public-url.ts';

/** In a route where no tenant is watched yet: it is only asked whether the route answers. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** The app as the services and people on the network see it. Where nothing answers, one line says it all. */
export async function examineFromOutside(
  { publicUrl, health, config, inAzure }: Deployment,
  tenantId = nobody,
): Promise<Check[]> {
  const answer = await health();
  if (publicUrl === undefined || answer === undefined) {
    return [...linesOf('public-url', [noPublicUrl]), ...linesOf('sign-in', [signInNotLookedAt])];
  }
  const line = judgeHealth(publicUrl, answer, inAzure?.app);
  const openOnPurpose = config.credential.kind === 'none';
  // Whether alerts are open to everybody is told in any case; what nothing answers for, the line of health has said.
  if (!isGracewatch(answer)) {
    const alerts = answer.kind === 'unreachable' ? answer : await askAlerts(publicUrl);
    return [
      ...linesOf('public-url', [line]),
      ...linesOf('sign-in', judgeSignIn(alerts, openOnPurpose, inAzure?.app)),
    ];
  }
  const [handshakes, alerts] = await Promise.all([shakeHands(publicUrl, tenantId), askAlerts(publicUrl)]);
  return [
    ...linesOf('public-url', [line]),
    ...linesOf(
      'handshake',
      handshakes.map((handshake) => judgeHandshake(handshake, inAzure?.app)),
    ),
    ...linesOf('sign-in', judgeSignIn(alerts, openOnPurpose, inAzure?.app)),
  ];
}

/** Behind a page to sign in it may be: then each route has its own story. */
function isGracewatch(answer: Asked): boolean {
  return answer.kind === 'answered' && (readHealth(answer) !== undefined || wantsSignIn(answer));
}

const signInNotLookedAt: Line = {
  subject: 'GET /api/alerts',
  status: 'skip',
  means: 'not looked at, because there is no address to ask',
};

const noPublicUrl: Line = {
  status: 'warn',
  means: 'GRACEWATCH_PUBLIC_URL is not set: cards have no links, and nothing is looked at from outside',
  mend: 'after the deployment, set it to the address of the app, or look with --app NAME --resource-group RG',
};
