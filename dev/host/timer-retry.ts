import type { RpcRetryOptions } from './rpc.ts';

/**
 * How long to wait before attempt `retryCount` (from 1), or undefined when there is none.
 * @param random in [0, 1): the exponential strategy spreads its waits by a fifth either way, as the host does
 */
export function retryDelayMilliseconds(
  retry: RpcRetryOptions | undefined,
  retryCount: number,
  random: number,
): number | undefined {
  const most = retry?.maxRetryCount ?? 0;
  if (retry === undefined || (most !== -1 && retryCount > most)) {
    return undefined;
  }
  if (retry.retryStrategy !== 'exponentialBackoff') {
    return (retry.delayInterval?.seconds ?? 0) * 1000;
  }
  const least = (retry.minimumInterval?.seconds ?? 0) * 1000;
  const longest = (retry.maximumInterval?.seconds ?? 0) * 1000;
  const spread = 0.8 + random * 0.4;
  return Math.min(longest, least + (2 ** (retryCount - 1) - 1) * spread * Math.max(least, 1000));
}
