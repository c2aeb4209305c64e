import type { StoredAlert } from '../alert/alert.ts';
import {
  adaptiveCard,
  type AdaptiveCard,
  type CardElement,
  type FactSet,
  head,
  textBlock,
} from './adaptive-card.ts';
import { alertLink, type CardSetting } from './card-setting.ts';
import { channelTime } from './channel-time.ts';
import { plainText } from './escape.ts';
import { licenceFacts } from './licence-facts.ts';
import type { Detail } from './message.ts';
import type { Telling } from './telling.ts';
import { actorWords, cardStyle, isOver, subjectWords, tellingWords, wholeNumber } from './wording.ts';

/** One alert: what, who, since when, why, by whom, and how to put it right. */
export function alertCard(
  alert: StoredAlert,
  telling: Telling,
  setting: CardSetting,
  detail: Detail,
): AdaptiveCard {
  const over = isOver(telling);
  const sentence = (text: string): string => plainText(text, detail.text);
  const body: CardElement[] = [
    head(cardStyle(alert.severity, over), [
      textBlock(statusLine(alert, telling), { size: 'Small', weight: 'Bolder' }),
      textBlock(sentence(alert.title), { size: 'Medium', weight: 'Bolder', spacing: 'Small' }),
    ]),
  ];
  if (detail.optional && alert.summary !== alert.title) body.push(textBlock(sentence(alert.summary)));
  body.push(factsOf(alert, setting, detail));
  // Whoever reads that it is resolved was told why it was not.
  if (alert.cause !== undefined && telling !== 'resolved') {
    body.push(
      textBlock('Why', { weight: 'Bolder' }),
      textBlock(sentence(alert.cause.text), { spacing: 'Small' }),
    );
  }
  if (!over && alert.runbook.length > 0) {
    body.push(textBlock('What to do', { weight: 'Bolder' }), ...runbook(alert.runbook, detail));
  }
  return adaptiveCard(body, alertLink(alert.id, setting));
}

function statusLine({ severity, episode }: StoredAlert, telling: Telling): string {
  const again = telling === 'reopened' ? ` (time ${String(episode)})` : '';
  return `${tellingWords[telling]}${again} · ${severity}`;
}

function runbook(steps: readonly string[], detail: Detail): CardElement[] {
  return steps
    .slice(0, detail.items)
    .map((step, index) =>
      textBlock(`${String(index + 1)}. ${plainText(step, detail.text)}`, { spacing: 'Small' }),
    );
}

function factsOf(alert: StoredAlert, setting: CardSetting, detail: Detail): FactSet {
  const { before, after, concerned, reason } = licenceFacts(alert.facts);
  const name = (text: string): string => plainText(text, detail.name);
  const time = (at: string): string => plainText(channelTime(at, setting.timeZone), detail.name);
  const facts: FactSet['facts'] = [];
  const tell = (title: string, value: string | undefined, optional = false): void => {
    if (value !== undefined && value !== '' && (detail.optional || !optional)) facts.push({ title, value });
  };

  tell(subjectWords[alert.subject.kind], name(alert.subject.name ?? alert.subject.id));
  tell('Tenant', name(setting.tenantName(alert.tenantId)));
  tell('Licences', listed(concerned, detail));
  tell('Licences before', before && (listed(before, detail) || 'none'), true);
  tell('Licences after', after && (listed(after, detail) || 'none'), true);
  tell('Reason given', reason && name(reason), true);
  tell(
    'Done by',
    name(actorWords(alert) ?? (alert.cause?.kind === 'pending' ? 'not known yet' : 'not known')),
  );
  tell('Happened', time(alert.happenedAt));
  tell('Seen', time(alert.openedAt));
  tell(
    'Resolved',
    alert.status === 'resolved' && alert.resolvedAt !== undefined ? time(alert.resolvedAt) : undefined,
  );
  tell('Act by', alert.due && time(alert.due));
  return { type: 'FactSet', facts };
}

/** `Office 365 E3, Visio Plan 2 and 3 more`. */
function listed(names: readonly string[], detail: Detail): string {
  const shown = names.slice(0, detail.items).map((name) => plainText(name, detail.name));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${wholeNumber(more)} more` : '');
}
