import type { CollectPorts } from '../../shared/collect/collect.ts';

/** Makes the port call number `failing` (from 0) throw, before or after it has done its work: a crash at that place. */
export function crashing(
  ports: CollectPorts,
  failing: number,
  after: boolean,
): CollectPorts & { calls: () => number } {
  let calls = 0;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...inputs: unknown[]) => {
          const crash = calls++ === failing;
          if (crash && !after) throw new Error('crash');
          const result: unknown = await (member as (...inputs: unknown[]) => unknown).apply(target, inputs);
          if (crash) throw new Error('crash');
          return result;
        };
      },
    });
  const { coverage, queues, graph, activity, poison } = ports;
  return {
    ...ports,
    /** How many calls there were. */
    calls: () => calls,
    coverage: wrap(coverage),
    queues: wrap(queues),
    graph: wrap(graph),
    activity: wrap(activity),
    poison: wrap(poison),
  };
}
