import type { StoredAlert } from '../alert/alert.ts';
import { severities, type Severity } from '../evaluate/rule.ts';
import type { CauseKind } from '../timeline/explanation.ts';
import { shorten } from './escape.ts';
import { licenceFacts } from './licence-facts.ts';
import type { Telling } from './telling.ts';
import { actorWords, isOver } from './wording.ts';

/** One alert in a card of many: who, what, when, by whom. Short, because thousands may wait for one channel. */
export interface Line {
  alertId: string;
  tenantId: string;
  rule: string;
  severity: Severity;
  telling: Telling;
  who: string;
  what: string;
  happenedAt: string;
  actor?: string;
  cause?: CauseKind;
}

/** Lines of one rule, cause and actor: what one script did stands under one heading. */
export interface LineGroup {
  rule: string;
  over: boolean;
  actor?: string;
  cause?: CauseKind;
  severity: Severity;
  /** In order of time. */
  lines: Line[];
}

const longestInLine = 256;

export function lineOf(alert: StoredAlert, telling: Telling): Line {
  const actor = actorWords(alert);
  const { concerned } = licenceFacts(alert.facts);
  return {
    alertId: alert.id,
    tenantId: alert.tenantId,
    rule: alert.rule,
    severity: alert.severity,
    telling,
    who: shorten(alert.subject.name ?? alert.subject.id, longestInLine),
    what: shorten(concerned.length > 0 ? concerned.join(', ') : alert.title, longestInLine),
    happenedAt: alert.happenedAt,
    ...(actor === undefined ? {} : { actor: shorten(actor, longestInLine) }),
    ...(alert.cause === undefined ? {} : { cause: alert.cause.kind }),
  };
}

/** What is not over comes first, then what is severe, then what is many. The same whatever the order of the lines. */
export function groupLines(lines: readonly Line[]): LineGroup[] {
  const groups = new Map<string, LineGroup>();
  for (const line of [...lines].sort(byTime)) {
    const over = isOver(line.telling);
    const { rule, actor, cause, severity } = line;
    const key = JSON.stringify([rule, over, actor, cause]);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, {
        rule,
        over,
        ...(actor === undefined ? {} : { actor }),
        ...(cause === undefined ? {} : { cause }),
        severity,
        lines: [line],
      });
    } else {
      group.lines.push(line);
      group.severity = worst([group.severity, severity]);
    }
  }
  return [...groups.values()].sort(
    (a, b) =>
      Number(a.over) - Number(b.over) ||
      severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
      b.lines.length - a.lines.length ||
      compare(a.rule, b.rule),
  );
}

/**
 * The groups with the first `most` lines in all, at least one of each group while there is room: a flood of one kind does not
 * hide the one alert of another.
 */
export function firstLines(
  groups: readonly LineGroup[],
  most: number,
): { group: LineGroup; shown: Line[] }[] {
  const named = groups.slice(0, most);
  let spare = most - named.length;
  return named.map((group) => {
    const more = Math.min(spare, group.lines.length - 1);
    spare -= more;
    return { group, shown: group.lines.slice(0, 1 + more) };
  });
}

export function worst(values: readonly Severity[]): Severity {
  return severities[Math.max(...values.map((severity) => severities.indexOf(severity)), 0)] ?? 'low';
}

function byTime(a: Line, b: Line): number {
  return compare(a.happenedAt, b.happenedAt) || compare(a.who, b.who) || compare(a.alertId, b.alertId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
