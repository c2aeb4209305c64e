import type { QueueName } from '../ports.ts';
import { familyOf, type Rule } from '../rules/rule.ts';
import type { ViewName } from '../rules/views.ts';
import type { SubjectKind } from '../state/subject.ts';

/** The folders of rules that a function evaluates, each with the queue that its subjects come by. */
export const familyQueues = {
  licence: 'evaluate-licence',
  operations: 'evaluate-operations',
} as const satisfies Readonly<Record<string, QueueName>>;
export type Family = keyof typeof familyQueues;

/** The queue of the rule's family. @throws for a rule that no function evaluates; the build has refused it before */
export function queueOfRule(ruleId: string): QueueName {
  const family = familyOf(ruleId);
  if (!isFamily(family)) throw new Error(`no function evaluates the rule ${ruleId}`);
  return familyQueues[family];
}

/** The families with a rule about such a subject that looks at this view of it. */
export function familiesThatLook(rules: readonly Rule[], kind: SubjectKind, view: ViewName): Family[] {
  const families = rules
    .filter(({ subject, needs, uses }) => subject === kind && [...needs, ...uses].includes(view))
    .map(({ id }) => familyOf(id))
    .filter(isFamily);
  return [...new Set(families)];
}

function isFamily(family: string): family is Family {
  return Object.hasOwn(familyQueues, family);
}
