import type { StoredAlert } from '../alert/alert.ts';
import {
  adaptiveCard,
  type AdaptiveCard,
  type CardElement,
  type FactSet,
  head,
  textBlock,
} from './adaptive-card.ts';
import { alertLink, type CardSetting, referenceLink } from './card-setting.ts';
import { channelTime } from '../time/zoned-time.ts';
import { detailsInWords } from './details.ts';
import { plainText } from './escape.ts';
import type { Fullness } from './message.ts';
import type { Telling } from './telling.ts';
import { cardStyle, doerWords, isOver, subjectWords, tellingWords } from './wording.ts';

/** One alert: what, who, what the rule says of it, since when, why, by whom, how to put it right, and what the check cannot see. */
export function alertCard(
  alert: StoredAlert,
  telling: Telling,
  setting: CardSetting,
  fullness: Fullness,
): AdaptiveCard {
  const over = isOver(telling);
  const sentence = (text: string): string => plainText(text, fullness.text);
  const body: CardElement[] = [
    head(cardStyle(alert.severity, over), [
      textBlock(statusLine(alert, telling), { size: 'Small', weight: 'Bolder' }),
      textBlock(sentence(alert.title), { size: 'Medium', weight: 'Bolder', spacing: 'Small' }),
    ]),
  ];
  if (fullness.optional && alert.summary !== alert.title) body.push(textBlock(sentence(alert.summary)));
  body.push(factsOf(alert, setting, fullness));
  // Whoever reads that it is resolved was told why it was not.
  if (alert.cause !== undefined && telling !== 'resolved' && telling !== 'settled') {
    body.push(
      textBlock('Why', { weight: 'Bolder' }),
      textBlock(sentence(alert.cause.text), { spacing: 'Small' }),
    );
  }
  if (!over && alert.runbook.length > 0) {
    body.push(textBlock('What to do', { weight: 'Bolder' }), ...runbook(alert.runbook, fullness));
  }
  if (!over && fullness.optional) body.push(...unseen(alert.about.knownGaps ?? [], fullness));
  return adaptiveCard(body, [alertLink(alert, setting), referenceLink(alert.about)]);
}

function statusLine({ severity, episode }: StoredAlert, telling: Telling): string {
  const again = telling === 'reopened' ? ` (time ${String(episode)})` : '';
  return `${tellingWords[telling]}${again} · ${severity}`;
}

function runbook(steps: readonly string[], fullness: Fullness): CardElement[] {
  return steps
    .slice(0, fullness.items)
    .map((step, index) =>
      textBlock(`${String(index + 1)}. ${plainText(step, fullness.text)}`, { spacing: 'Small' }),
    );
}

/** Small and last: nobody shall take a check for more than it is, and nobody has to read it to act. */
function unseen(knownGaps: readonly string[], fullness: Fullness): CardElement[] {
  if (knownGaps.length === 0) return [];
  return [
    textBlock('What this check cannot see', { size: 'Small', weight: 'Bolder', isSubtle: true }),
    textBlock(plainText(knownGaps.join(' '), fullness.text), {
      size: 'Small',
      isSubtle: true,
      spacing: 'None',
    }),
  ];
}

function factsOf(alert: StoredAlert, setting: CardSetting, fullness: Fullness): FactSet {
  const name = (text: string): string => plainText(text, fullness.name);
  const time = (at: string): string => plainText(channelTime(at, setting.timeZone), fullness.name);
  const facts: FactSet['facts'] = [
    { title: subjectWords[alert.subject.kind], value: name(alert.subject.name) },
    { title: 'Tenant', value: name(setting.tenantName(alert.tenantId)) },
    ...detailsInWords(alert.details, fullness.items, name)
      .slice(0, fullness.details)
      .map(({ label, value }) => ({ title: label, value })),
  ];
  if (alert.about.doer === true) {
    const unknown = alert.cause?.kind === 'pending' ? 'not known yet' : 'not known';
    facts.push({ title: 'Done by', value: name(doerWords(alert) ?? unknown) });
  }
  facts.push(
    { title: 'Happened', value: time(alert.happenedAt) },
    { title: 'Seen', value: time(alert.openedAt) },
  );
  if (alert.status === 'resolved' && alert.resolvedAt !== undefined) {
    facts.push({ title: 'Resolved', value: time(alert.resolvedAt) });
  }
  if (alert.due !== undefined) facts.push({ title: 'Act by', value: time(alert.due) });
  return { type: 'FactSet', facts: facts.filter(({ value }) => value !== '') };
}
