import type { StoredAlert } from '../alert/alert.ts';
import { severities, type Severity } from '../rules/verdict.ts';
import type { CauseKind } from '../cause/explanation.ts';
import { compareText } from '../text/order.ts';
import { shorten } from '../text/visible-text.ts';
import { detailsInWords } from './details.ts';
import type { Telling } from './telling.ts';
import { doerWords, isOver, ruleTitle } from './wording.ts';

/** One alert in a card of many: who, what, when, by whom. Short, because thousands may wait for one channel. */
export interface Line {
  alertId: string;
  tenantId: string;
  rule: string;
  /** What people call the rule. */
  title: string;
  severity: Severity;
  telling: Telling;
  who: string;
  /** Its weightiest details, as `Licences: Office 365 E3`; the title of the alert where it has none. */
  what: string[];
  happenedAt: string;
  actor?: string;
  cause?: CauseKind;
}

/** Lines of one rule, cause and actor: what one script did stands under one heading. */
export interface LineGroup {
  rule: string;
  title: string;
  over: boolean;
  actor?: string;
  cause?: CauseKind;
  severity: Severity;
  /** In order of time. */
  lines: Line[];
}

const longestInLine = 256;
const mostDetails = 2;
const mostNames = 3;

export function lineOf(alert: StoredAlert, telling: Telling): Line {
  const actor = doerWords(alert);
  const short = (text: string): string => shorten(text, longestInLine);
  const details = detailsInWords(alert.details, mostNames, short)
    .slice(0, mostDetails)
    .map(({ label, value }) => `${label}: ${value}`);
  return {
    alertId: alert.id,
    tenantId: alert.tenantId,
    rule: alert.rule,
    title: short(ruleTitle(alert.rule, alert.about.title)),
    severity: alert.severity,
    telling,
    who: short(alert.subject.name),
    what: (details.length > 0 ? details : [alert.title]).map(short),
    happenedAt: alert.happenedAt,
    ...(actor === undefined ? {} : { actor: short(actor) }),
    ...(alert.cause === undefined ? {} : { cause: alert.cause.kind }),
  };
}

/** What is not over comes first, then what is severe, then what is many. The same whatever the order of the lines. */
export function groupLines(lines: readonly Line[]): LineGroup[] {
  const groups = new Map<string, LineGroup>();
  for (const line of [...lines].sort(byTime)) {
    const over = isOver(line.telling);
    const { rule, title, actor, cause, severity } = line;
    const key = JSON.stringify([rule, over, actor, cause]);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, {
        rule,
        title,
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
      compareText(a.rule, b.rule),
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
  return (
    compareText(a.happenedAt, b.happenedAt) || compareText(a.who, b.who) || compareText(a.alertId, b.alertId)
  );
}
