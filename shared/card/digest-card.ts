import { sourcesInWords } from '../coverage/source-words.ts';
import { severities } from '../rules/verdict.ts';
import { counted, groupedDigits } from '../text/numbers.ts';
import type { WaitingNotice } from '../alert/waiting-notices.ts';
import { adaptiveCard, type AdaptiveCard, type CardElement, head, textBlock } from './adaptive-card.ts';
import { type CardSetting, listLink } from './card-setting.ts';
import { plainText } from './escape.ts';
import type { Fullness } from './message.ts';
import { capitalised, ruleTitle } from './wording.ts';

/** What the first collection of a source in a tenant found from the time before: numbers, not one card for each. */
export interface Digest extends NonNullable<WaitingNotice['digest']> {
  tenantId: string;
}

export function digestCard(
  digests: readonly Digest[],
  setting: CardSetting,
  fullness: Fullness,
): AdaptiveCard {
  const [only] = digests;
  const narrowed = only === undefined || digests.length > 1 ? {} : { tenant: only.tenantId };
  return adaptiveCard(
    [
      head('accent', [textBlock('What the first look found', { size: 'Medium', weight: 'Bolder' })]),
      ...digestSections(digests, setting, fullness),
    ],
    [listLink({ ...narrowed, status: 'open' }, setting)],
  );
}

/** The tenants with most first. */
export function digestSections(
  digests: readonly Digest[],
  setting: CardSetting,
  fullness: Fullness,
): CardElement[] {
  const sorted = [...digests].sort((a, b) => b.opened - a.opened);
  const shown = sorted.slice(0, fullness.items);
  const more = sorted.length - shown.length;
  return [
    ...shown.map((digest) => digestSection(digest, setting, fullness)),
    ...(more > 0 ? [textBlock(`and ${counted(more, 'more tenant')}`, { isSubtle: true })] : []),
  ];
}

function digestSection(digest: Digest, setting: CardSetting, fullness: Fullness): CardElement {
  const name = (text: string): string => plainText(text, fullness.name);
  const rules = Object.entries(digest.byRule)
    .sort(([, a], [, b]) => b - a)
    .slice(0, fullness.items);
  const facts = [
    ...severities
      .toReversed()
      .map((severity) => ({ title: capitalised(severity), number: digest.bySeverity[severity] ?? 0 })),
    ...(fullness.optional
      ? rules.map(([rule, number]) => ({ title: name(ruleTitle(rule, digest.titles?.[rule])), number }))
      : []),
  ].filter(({ number }) => number > 0);
  return {
    type: 'Container',
    separator: true,
    items: [
      textBlock(`${counted(digest.opened, 'alert')} in ${name(setting.tenantName(digest.tenantId))}`, {
        weight: 'Bolder',
      }),
      textBlock(
        `From before Gracewatch watched, found in the first collection of ${name(sourcesInWords(digest.sources ?? [digest.source]))}. They are open and told here only as numbers.`,
        { isSubtle: true, spacing: 'Small' },
      ),
      { type: 'FactSet', facts: facts.map(({ title, number }) => ({ title, value: groupedDigits(number) })) },
    ],
  };
}
