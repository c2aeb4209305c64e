import { compareText } from '../text/order.ts';
import type { SourceName } from './coverage.ts';

interface Window {
  from: string;
  to: string;
  source?: SourceName;
}

/**
 * The same windows with those of one source that overlap or touch made one, in order of source and time. Windows without a
 * source are merged among themselves; an empty or impossible one is left out.
 */
export function mergeWindows<W extends Window>(windows: readonly W[]): W[] {
  const merged: W[] = [];
  for (const window of windows.filter(isWindow).map(inMilliseconds).toSorted(compareWindows)) {
    const last = merged.at(-1);
    if (last === undefined || last.source !== window.source || last.to < window.from) merged.push(window);
    else if (last.to < window.to) merged[merged.length - 1] = { ...last, to: window.to };
  }
  return merged;
}

function isWindow({ from, to }: Window): boolean {
  return Date.parse(from) < Date.parse(to);
}

/** One spelling of each instant, so that text compares as time. */
function inMilliseconds<W extends Window>(window: W): W {
  return {
    ...window,
    from: new Date(Date.parse(window.from)).toISOString(),
    to: new Date(Date.parse(window.to)).toISOString(),
  };
}

function compareWindows(a: Window, b: Window): number {
  return (
    compareText(a.source ?? '', b.source ?? '') || compareText(a.from, b.from) || compareText(a.to, b.to)
  );
}
