/** One failure among all calls to some ports, before the call does its work or after it has done it. */
export interface Failure {
  /** The number of the call that fails, from 1. */
  call: number;
  moment: 'before' | 'after';
}

class PlannedFailure extends Error {
  override name = 'PlannedFailure';
}

/** The same ports, counting their calls together; the planned one fails once. Iterations fail when they begin. */
export function failingPorts<Ports extends object>(
  ports: Ports,
  failure?: Failure,
): { ports: Ports; calls: () => number } {
  let calls = 0;
  const isDue = (moment: Failure['moment'], call: number): boolean =>
    failure?.call === call && failure.moment === moment;
  const wrap = (port: object): object =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]): unknown => {
          calls += 1;
          const call = calls;
          if (isDue('before', call)) throw new PlannedFailure(`call ${String(call)} of ${String(name)}`);
          const result: unknown = Reflect.apply(member, target, given);
          if (!(result instanceof Promise)) return result;
          return result.then((value: unknown) => {
            if (isDue('after', call))
              throw new PlannedFailure(`after call ${String(call)} of ${String(name)}`);
            return value;
          });
        };
      },
    });
  const wrapped = Object.entries(ports).map(([name, port]: [string, object]) => [
    name,
    name === 'clock' || name === 'log' ? port : wrap(port),
  ]);
  return { ports: Object.fromEntries(wrapped) as Ports, calls: () => calls };
}
