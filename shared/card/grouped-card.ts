import { adaptiveCard, type AdaptiveCard, type CardElement, head, textBlock } from './adaptive-card.ts';
import { causeWords } from '../cause/cause-words.ts';
import { counted, groupedDigits } from '../text/numbers.ts';
import { type CardSetting, listLink } from './card-setting.ts';
import { channelTime } from '../time/zoned-time.ts';
import { type Digest, digestSections } from './digest-card.ts';
import { plainText } from './escape.ts';
import { firstLines, groupLines, type Line, type LineGroup, worst } from './grouping.ts';
import type { Fullness } from './message.ts';
import { cardStyle, tellingWords } from './wording.ts';

/** Everything that waited for one channel: how many, the first ten under their headings, how many more, and where they are. */
export function groupedCard(
  lines: readonly Line[],
  digests: readonly Digest[],
  setting: CardSetting,
  fullness: Fullness,
): AdaptiveCard {
  const groups = groupLines(lines);
  const [first, ...others] = groups;
  const listed = firstLines(groups, fullness.items);
  const more = lines.length - listed.reduce((sum, { shown }) => sum + shown.length, 0);
  const tenants = [...new Set(lines.map(({ tenantId }) => tenantId))];
  const open = groups.filter(({ over }) => !over);
  const title =
    first !== undefined && others.length === 0 ? heading(first, fullness) : overview(lines.length, open);

  const body: CardElement[] = [
    head(cardStyle(worst(open.map(({ severity }) => severity)), open.length === 0), [
      textBlock(title, { size: 'Medium', weight: 'Bolder' }),
      textBlock(tenantsNamed(tenants, setting, fullness), { size: 'Small', spacing: 'Small' }),
    ]),
  ];
  for (const { group, shown } of listed) {
    if (others.length > 0) body.push(textBlock(heading(group, fullness), { weight: 'Bolder' }));
    for (const line of shown) body.push(...lineBlocks(line, tenants.length > 1, setting, fullness));
  }
  if (more > 0) body.push(textBlock(`and ${groupedDigits(more)} more`, { weight: 'Bolder' }));
  body.push(...digestSections(digests, setting, fullness));
  return adaptiveCard(body, [listLink(common(lines, tenants), setting)]);
}

function overview(alerts: number, open: readonly LineGroup[]): string {
  const stillOpen = open.reduce((sum, { lines }) => sum + lines.length, 0);
  const resolved = alerts - stillOpen;
  return counted(alerts, 'alert') + (resolved > 0 ? `, ${groupedDigits(resolved)} of them resolved` : '');
}

/** `Licence lost: removed from a group, by admin@contoso.com (12 alerts)`. */
function heading({ title, cause, actor, over, lines }: LineGroup, fullness: Fullness): string {
  const why = cause === undefined ? '' : causeWords[cause];
  const known = title.toLowerCase().includes(why);
  return [
    over ? (lines.every(({ telling }) => telling === 'settled') ? 'Settled: ' : 'Resolved: ') : '',
    plainText(title, fullness.name),
    known ? '' : `: ${why}`,
    actor === undefined ? '' : `, by ${plainText(actor, fullness.name)}`,
    ` (${counted(lines.length, 'alert')})`,
  ].join('');
}

function tenantsNamed(tenants: readonly string[], setting: CardSetting, fullness: Fullness): string {
  const [only] = tenants;
  return only !== undefined && tenants.length === 1
    ? plainText(setting.tenantName(only), fullness.name)
    : counted(tenants.length, 'tenant');
}

function lineBlocks(
  line: Line,
  namesTenant: boolean,
  setting: CardSetting,
  fullness: Fullness,
): CardElement[] {
  const name = (text: string): string => plainText(text, fullness.name);
  const plainTelling = line.telling === 'opened' || line.telling === 'resolved';
  const parts = [
    ...line.what.slice(0, fullness.optional ? undefined : 1).map(name),
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
