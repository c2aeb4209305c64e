import { adaptiveCard, type AdaptiveCard, type CardElement, head, textBlock } from './adaptive-card.ts';
import { type CardSetting, listLink } from './card-setting.ts';
import { channelTime } from './channel-time.ts';
import { type Digest, digestSections } from './digest-card.ts';
import { plainText } from './escape.ts';
import { firstLines, groupLines, type Line, type LineGroup, worst } from './grouping.ts';
import type { Detail } from './message.ts';
import { cardStyle, causeWords, counted, ruleWords, tellingWords, wholeNumber } from './wording.ts';

/** Everything that waited for one channel: how many, the first ten under their headings, how many more, and where they are. */
export function groupedCard(
  lines: readonly Line[],
  digests: readonly Digest[],
  setting: CardSetting,
  detail: Detail,
): AdaptiveCard {
  const groups = groupLines(lines);
  const [first, ...others] = groups;
  const listed = firstLines(groups, detail.items);
  const more = lines.length - listed.reduce((sum, { shown }) => sum + shown.length, 0);
  const tenants = [...new Set(lines.map(({ tenantId }) => tenantId))];
  const open = groups.filter(({ over }) => !over);
  const title =
    first !== undefined && others.length === 0 ? heading(first, detail) : overview(lines.length, open);

  const body: CardElement[] = [
    head(cardStyle(worst(open.map(({ severity }) => severity)), open.length === 0), [
      textBlock(title, { size: 'Medium', weight: 'Bolder' }),
      textBlock(tenantsNamed(tenants, setting, detail), { size: 'Small', spacing: 'Small' }),
    ]),
  ];
  for (const { group, shown } of listed) {
    if (others.length > 0) body.push(textBlock(heading(group, detail), { weight: 'Bolder' }));
    for (const line of shown) body.push(...lineBlocks(line, tenants.length > 1, setting, detail));
  }
  if (more > 0) body.push(textBlock(`and ${wholeNumber(more)} more`, { weight: 'Bolder' }));
  body.push(...digestSections(digests, setting, detail));
  return adaptiveCard(body, listLink(common(lines, tenants), setting));
}

function overview(alerts: number, open: readonly LineGroup[]): string {
  const stillOpen = open.reduce((sum, { lines }) => sum + lines.length, 0);
  const resolved = alerts - stillOpen;
  return counted(alerts, 'alert') + (resolved > 0 ? `, ${wholeNumber(resolved)} of them resolved` : '');
}

/** `Licence lost: removed from a group, by admin@contoso.com (12 alerts)`. */
function heading({ rule, cause, actor, over, lines }: LineGroup, detail: Detail): string {
  const what = ruleWords(rule);
  const why = cause === undefined ? '' : causeWords[cause];
  const known = what.toLowerCase().includes(why);
  return [
    over ? 'Resolved: ' : '',
    plainText(what, detail.name),
    known ? '' : `: ${why}`,
    actor === undefined ? '' : `, by ${plainText(actor, detail.name)}`,
    ` (${counted(lines.length, 'alert')})`,
  ].join('');
}

function tenantsNamed(tenants: readonly string[], setting: CardSetting, detail: Detail): string {
  const [only] = tenants;
  return only !== undefined && tenants.length === 1
    ? plainText(setting.tenantName(only), detail.name)
    : counted(tenants.length, 'tenant');
}

function lineBlocks(line: Line, namesTenant: boolean, setting: CardSetting, detail: Detail): CardElement[] {
  const name = (text: string): string => plainText(text, detail.name);
  const plainTelling = line.telling === 'opened' || line.telling === 'resolved';
  const parts = [
    name(line.what),
    name(channelTime(line.happenedAt, setting.timeZone)),
    ...(namesTenant ? [name(setting.tenantName(line.tenantId))] : []),
    ...(plainTelling ? [] : [tellingWords[line.telling]]),
  ];
  return [
    textBlock(name(line.who), { spacing: 'Small' }),
    textBlock(parts.join(' · '), { isSubtle: true, size: 'Small', spacing: 'None' }),
  ];
}

/** What all of them have in common. */
function common(lines: readonly Line[], tenants: readonly string[]): Record<string, string> {
  const [rule, ...otherRules] = new Set(lines.map((line) => line.rule));
  const [tenant, ...otherTenants] = tenants;
  return {
    ...(tenant === undefined || otherTenants.length > 0 ? {} : { tenant }),
    ...(rule === undefined || otherRules.length > 0 ? {} : { rule }),
  };
}
