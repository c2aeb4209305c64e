import { severities } from '../evaluate/rule.ts';
import type { WaitingNotice } from '../ports.ts';
import { adaptiveCard, type AdaptiveCard, type CardElement, head, textBlock } from './adaptive-card.ts';
import { type CardSetting, listLink } from './card-setting.ts';
import { plainText } from './escape.ts';
import type { Detail } from './message.ts';
import { capitalised, counted, ruleWords, sourcesInWords, wholeNumber } from './wording.ts';

/** What the first collection of a source in a tenant found from the time before: numbers, not one card for each. */
export interface Digest extends NonNullable<WaitingNotice['digest']> {
  tenantId: string;
}

export function digestCard(digests: readonly Digest[], setting: CardSetting, detail: Detail): AdaptiveCard {
  const [only] = digests;
  const narrowed = only === undefined || digests.length > 1 ? {} : { tenant: only.tenantId };
  return adaptiveCard(
    [
      head('accent', [textBlock('What the first look found', { size: 'Medium', weight: 'Bolder' })]),
      ...digestSections(digests, setting, detail),
    ],
    listLink({ ...narrowed, status: 'open' }, setting),
  );
}

/** The tenants with most first. */
export function digestSections(
  digests: readonly Digest[],
  setting: CardSetting,
  detail: Detail,
): CardElement[] {
  const sorted = [...digests].sort((a, b) => b.opened - a.opened);
  const shown = sorted.slice(0, detail.items);
  const more = sorted.length - shown.length;
  return [
    ...shown.map((digest) => digestSection(digest, setting, detail)),
    ...(more > 0 ? [textBlock(`and ${counted(more, 'more tenant')}`, { isSubtle: true })] : []),
  ];
}

function digestSection(digest: Digest, setting: CardSetting, detail: Detail): CardElement {
  const name = (text: string): string => plainText(text, detail.name);
  const rules = Object.entries(digest.byRule)
    .sort(([, a], [, b]) => b - a)
    .slice(0, detail.items);
  const facts = [
    ...severities
      .toReversed()
      .map((severity) => ({ title: capitalised(severity), number: digest.bySeverity[severity] ?? 0 })),
    ...(detail.optional ? rules.map(([rule, number]) => ({ title: name(ruleWords(rule)), number })) : []),
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
      { type: 'FactSet', facts: facts.map(({ title, number }) => ({ title, value: wholeNumber(number) })) },
    ],
  };
}
