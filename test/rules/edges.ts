import { z } from 'zod';
import type { ReadViews } from '../../shared/evaluate/ask.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import type { ViewName } from '../../shared/rules/views.ts';
import { stateKinds, type StateName } from '../../shared/state/state.ts';
import type { Subject } from '../../shared/state/subject.ts';
import type { Coverage } from '../../shared/coverage/coverage.ts';
import type { Fact } from '../../shared/timeline/fact.ts';
import { at, covered, tenantId } from '../builders/fact.ts';

/**
 * What a rule may be given, with as little in it as the types of the views allow: made from these types, so that a new kind of fact or
 * state is tried on every rule.
 */
export type Edge = readonly [name: string, views: ReadViews];

const nothingRead: Coverage = { windows: [], latestArrivalMinutes: 1440 };
const unread = { unread: 'nobody has read it' };

/** Each need in every form beside the first form of the others, and each use in every form and unread. */
export function edgesFor({ needs, uses }: Pick<Rule, 'needs' | 'uses'>, subject: Subject): Edge[] {
  const first = (names: readonly ViewName[]): [ViewName, unknown][] =>
    names.map((name) => [name, formsOf(name, subject)[0]?.[1]]);
  const others = new Map<ViewName, unknown>([
    ...uses.map((name): [ViewName, unknown] => [name, unread]),
    ...first(needs),
  ]);
  return [...new Set([...needs, ...uses])].flatMap((varied) =>
    formsOf(varied, subject).map(([form, view]): Edge => {
      const views = Object.fromEntries([...others, [varied, view]]) as ReadViews;
      return [`${varied}: ${form}`, views];
    }),
  );
}

function formsOf(view: ViewName, subject: Subject): [form: string, view: unknown][] {
  return view === 'timeline' ? timelineForms(subject) : stateForms(view);
}

const bare = { at: at(1), logs: ['entra' as const], records: ['record-1'], complete: true };
const group = { id: 'group-1' };

/** Each kind of fact without anything that a record may leave out. */
const bareFacts: Readonly<Record<Fact['kind'], Fact>> = {
  'licences-changed': { kind: 'licences-changed', ...bare },
  'licence-assignment-failed': { kind: 'licence-assignment-failed', ...bare },
  'group-membership-changed': {
    kind: 'group-membership-changed',
    ...bare,
    change: 'removed',
    group,
    user: { id: 'user-1' },
  },
  'group-licences-changed': { kind: 'group-licences-changed', ...bare, group },
  'group-rule-changed': { kind: 'group-rule-changed', ...bare, group, rule: {} },
  'group-deleted': { kind: 'group-deleted', ...bare, group },
  'group-licensing-finished': { kind: 'group-licensing-finished', ...bare, group },
  'user-created': { kind: 'user-created', ...bare },
  'user-deleted': { kind: 'user-deleted', ...bare },
  'user-restored': { kind: 'user-restored', ...bare },
  'account-disabled': { kind: 'account-disabled', ...bare },
  'account-enabled': { kind: 'account-enabled', ...bare },
  'mailbox-converted': { kind: 'mailbox-converted', ...bare, mailbox: 'shared' },
};

function timelineForms({ kind, id, name }: Subject): [string, unknown][] {
  const all = Object.values(bareFacts);
  const inTurn = all.map((fact, index): Fact => ({ ...fact, at: at(index), records: [`record-${index}`] }));
  const forms: [string, Fact[]][] = [
    ['no facts', []],
    ...all.map((fact): [string, Fact[]] => [`only ${fact.kind}`, [fact]]),
    ...all.map((fact): [string, Fact[]] => [`only ${fact.kind}, incomplete`, [{ ...fact, complete: false }]]),
    ['every kind of fact at one moment', all],
    ['every kind of fact in turn', inTurn],
    [
      'every kind of fact in turn, backwards',
      inTurn.toReversed().map((fact, index) => ({ ...fact, at: at(index) })),
    ],
  ];
  return forms.flatMap(([form, facts]) =>
    [covered, nothingRead].map((coverage): [string, unknown] => [
      coverage === covered ? form : `${form}, no log read`,
      {
        tenantId,
        subject: { kind, id, name },
        facts,
        groupFacts: facts,
        rows: new Set(facts.flatMap(({ records }) => records)).size,
        coverage,
      },
    ]),
  );
}

/** What a state may be by its schema: as little as possible, with no and with yes, and with everything in it. */
function stateForms(name: StateName): [string, unknown][] {
  const json = z.toJSONSchema(stateKinds[name].schema) as JsonSchema;
  const forms: [string, unknown][] = [
    ['as little as possible, all of it false', valueOf(json, { full: false, yes: false })],
    ['as little as possible, all of it true', valueOf(json, { full: false, yes: true })],
    ['all that may be in it, false', valueOf(json, { full: true, yes: false })],
    ['all that may be in it, true', valueOf(json, { full: true, yes: true })],
  ];
  return forms.map(([form, value]) => {
    stateKinds[name].schema.parse(value);
    return [form, { value, readAt: at(1), confirmedAt: at(1) }];
  });
}

interface JsonSchema {
  type?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minimum?: number;
}

function valueOf(schema: JsonSchema, extent: { full: boolean; yes: boolean }): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return extent.yes ? schema.enum.at(-1) : schema.enum[0];
  if (schema.anyOf?.[0] !== undefined) return valueOf(schema.anyOf[0], extent);
  switch (schema.type) {
    case 'object': {
      const all = Object.entries(schema.properties ?? {});
      const shown = extent.full ? all : all.filter(([key]) => schema.required?.includes(key) === true);
      return Object.fromEntries(shown.map(([key, inner]) => [key, valueOf(inner, extent)]));
    }
    case 'array':
      return extent.full && schema.items !== undefined ? [valueOf(schema.items, extent)] : [];
    case 'boolean':
      return extent.yes;
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, extent.yes ? 1 : 0);
    case 'string':
      return schema.format === 'date-time' ? at(0) : extent.full ? 'text' : '';
    case undefined:
    default:
      throw new Error(`no value is known for ${JSON.stringify(schema)}: say here how one is made`);
  }
}
