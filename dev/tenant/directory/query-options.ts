import { type Answer, type Call, json } from '../answer.ts';
import { graphError } from '../graph-error.ts';

/** A kind of object of the directory, as queries and `@odata.context` name it. */
export interface EntityKind {
  /** `application`: the type within `microsoft.graph`. */
  type: string;
  /** What stands behind `$metadata#`. */
  context: string;
  /** Fields by which a list can be filtered; only with `eq` and a text. */
  filters: readonly string[];
}

type Entity = object & { id: string };

/** Pages as Graph cuts them where `$top` says nothing, and at most (FACTS 2.5). */
const standardPage = 100;
const largestPage = 999;

/** One object, with the fields of `$select`. */
export function one(call: Call, kind: EntityKind, entity: Entity, status: number, at: number): Answer {
  const select = readSelect(call, kind, [entity]);
  if (typeof select === 'string') return graphError(400, 'BadRequest', select, at);
  const context = `${call.origin}/v1.0/$metadata#${kind.context}/$entity`;
  return json(status, { '@odata.context': context, ...select(entity) });
}

/** The objects by `$filter`, `$top` and `$select`, page by page. */
export function list(call: Call, kind: EntityKind, entities: readonly Entity[], at: number): Answer {
  const matches = readFilter(call, kind);
  if (typeof matches === 'string') return graphError(400, 'Request_UnsupportedQuery', matches, at);
  const select = readSelect(call, kind, entities);
  if (typeof select === 'string') return graphError(400, 'BadRequest', select, at);
  const top = Number(call.query.get('$top') ?? standardPage);
  if (!Number.isInteger(top) || top < 1 || top > largestPage) {
    return graphError(400, 'Request_BadRequest', `Invalid page size specified: '${top}'.`, at);
  }
  const start = readSkipToken(call.query.get('$skiptoken'));
  if (start === undefined) return graphError(400, 'Request_BadRequest', 'Invalid skip token.', at);
  const found = entities.filter(matches);
  const page = found.slice(start, start + top);
  const rest = start + page.length;
  return json(200, {
    '@odata.context': `${call.origin}/v1.0/$metadata#${kind.context}`,
    ...(rest < found.length ? { '@odata.nextLink': nextLink(call, rest) } : {}),
    value: page.map(select),
  });
}

/** Picks the fields of `$select`; a text where one of them is none. */
function readSelect(
  call: Call,
  kind: EntityKind,
  entities: readonly Entity[],
): ((entity: Entity) => object) | string {
  const wanted = call.query.get('$select')?.split(',');
  if (wanted === undefined) return (entity) => entity;
  const [known] = entities;
  const unknown = wanted.find((field) => known !== undefined && !(field in known));
  if (unknown !== undefined) {
    return `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type 'microsoft.graph.${kind.type}'.`;
  }
  return (entity) => Object.fromEntries(Object.entries(entity).filter(([field]) => wanted.includes(field)));
}

function readFilter(call: Call, kind: EntityKind): ((entity: Entity) => boolean) | string {
  const filter = call.query.get('$filter');
  if (filter === null) return () => true;
  const [, field = '', text = ''] = filter.match(/^\s*(\w+) eq '((?:[^']|'')*)'\s*$/) ?? [];
  if (!kind.filters.includes(field)) {
    return `Unsupported or invalid query filter clause specified for resource '${kind.type}': ${filter}`;
  }
  const wanted = text.replaceAll("''", "'");
  return (entity) => Object.entries(entity).some(([name, value]) => name === field && value === wanted);
}

function nextLink(call: Call, position: number): string {
  const query = new URLSearchParams(call.query);
  query.set('$skiptoken', Buffer.from(`position ${position}`).toString('base64url'));
  return `${call.origin}${call.path}?${query.toString()}`;
}

/** `undefined` where it was made up. */
function readSkipToken(token: string | null): number | undefined {
  if (token === null) return 0;
  const [, position] =
    Buffer.from(token, 'base64url')
      .toString()
      .match(/^position (\d+)$/) ?? [];
  return position === undefined ? undefined : Number(position);
}
