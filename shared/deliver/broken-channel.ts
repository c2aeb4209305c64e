import type { ChannelState } from './channel-store.ts';

/** Tested again by the next notice that waits, as long after the last post. */
export const standardTestAgainSeconds = 3600;

/**
 * Whether the channel is gone: it said so, and its URL is still the one that said it. A URL that an operator has corrected makes
 * it whole at once.
 */
export function isBroken(
  { brokenSince, brokenUrl }: Pick<ChannelState, 'brokenSince' | 'brokenUrl'>,
  urlFingerprint: string | undefined,
): boolean {
  if (brokenSince === undefined) return false;
  return brokenUrl === undefined || urlFingerprint === undefined || brokenUrl === urlFingerprint;
}

/** The channel has said that it is gone. Said again at the same URL it is gone since the first time. */
export function broken(
  state: ChannelState,
  { at, reason, urlFingerprint }: { at: string; reason: string; urlFingerprint: string },
): ChannelState {
  const brokenSince = isBroken(state, urlFingerprint) ? (state.brokenSince ?? at) : at;
  return { ...state, brokenSince, brokenReason: reason, brokenUrl: urlFingerprint };
}

/** A post has arrived: nothing of a failure is left. */
export function mended(state: ChannelState): ChannelState {
  const {
    brokenSince: _since,
    brokenReason: _reason,
    brokenUrl: _url,
    failingTenants: _tenants,
    ...rest
  } = state;
  return rest;
}
