import type { Actor } from '../../ingest/audit-record.ts';
import type { LossFact } from '../../cause/losses.ts';
import { doerOf } from '../../cause/services.ts';
import { writtenMoment } from '../../time/moments.ts';
import { type MissingLicences, partOf } from './missing-licences.ts';
import { listed } from '../../text/listed.ts';

/** A service of Microsoft carries out what somebody else did: it is never the actor. */
export function toldLoss(
  missing: MissingLicences,
  loss: LossFact,
): { products: string[]; at: string; actor?: Actor } {
  const { products, plans } = partOf(missing, loss);
  const { at } = loss.fact;
  return {
    products: [
      ...products.map(({ licence }) => licence.name),
      ...plans.map(({ plan }) => `${plan.name} (in ${plan.product})`),
    ],
    at,
    ...actorOf(loss.fact),
  };
}

function actorOf(fact: LossFact['fact']): { actor?: Actor } {
  const { actor } = doerOf(fact);
  return actor === undefined ? {} : { actor };
}

/** Which of several losses the cause is told of, and who caused the others. */
export function otherLosses(
  missing: MissingLicences,
  losses: readonly LossFact[],
  serious: LossFact,
): string {
  const others = losses.filter(({ fact }) => fact !== serious.fact).map((loss) => toldLoss(missing, loss));
  if (others.length === 0) return '';
  const told = others.map(({ products, at, actor }) => {
    const name = actor?.name ?? actor?.id;
    return `${listed(products)} went on ${writtenMoment(at)}${name === undefined ? '' : ` by ${name}`}`;
  });
  return `The cause is told of ${listed(toldLoss(missing, serious).products)}; ${listed(told)}.`;
}
