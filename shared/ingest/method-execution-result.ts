import type { ModifiedProperty } from './property-change.ts';
import type { Details } from './record-details.ts';

/** `MethodExecutionResult.`: the error of a failed operation, among the properties or among the details (FACTS 6.4). */
export function methodExecutionResult(properties: readonly ModifiedProperty[], details: Details): unknown {
  const property = properties.find(({ name }) => isMethodExecutionResult(name));
  return property?.after ?? [...details].find(([name]) => isMethodExecutionResult(name))?.[1];
}

export function isMethodExecutionResult(name: string): boolean {
  return /^methodexecutionresult\.?$/i.test(name);
}
