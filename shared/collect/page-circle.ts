import { createHash } from 'node:crypto';

/**
 * Notices that a chain of next links goes in a circle, whatever its length, without remembering them all (Brent's algorithm):
 * a mark is kept and moved ahead at each power of two; in a circle the chain must meet it again.
 */
export interface LinkTrail {
  mark: string;
  steps: number;
  limit: number;
}

/** The trail after `next`, or undefined when the chain has come back to a link that it had before. */
export function follow(trail: LinkTrail | undefined, next: string): LinkTrail | undefined {
  const hash = createHash('sha256').update(next).digest('base64url').slice(0, 16);
  if (trail === undefined) return { mark: hash, steps: 0, limit: 1 };
  if (hash === trail.mark) return undefined;
  return trail.steps + 1 === trail.limit
    ? { mark: hash, steps: 0, limit: trail.limit * 2 }
    : { ...trail, steps: trail.steps + 1 };
}
