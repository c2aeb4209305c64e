/** Counts a request of `key`; answers the whole seconds to wait where it is one too many, else `undefined`. */
export type RequestLimit = (key: string) => number | undefined;

/**
 * A sliding window. A refused request counts too, so that somebody who does not wait is never served (FACTS 9: "a throttled
 * call during the wait still counts").
 */
export function limitRequests(count: number, windowSeconds: number, now: () => number): RequestLimit {
  const window = windowSeconds * 1000;
  const latest = new Map<string, number[]>();
  return (key) => {
    const at = now();
    const times = latest.get(key) ?? [];
    const oldest = times.length < count ? undefined : times.shift();
    times.push(at);
    latest.set(key, times);
    if (oldest === undefined || oldest <= at - window) return undefined;
    const free = (times[0] ?? at) + window;
    return Math.max(1, Math.ceil((free - at) / 1000));
  };
}
