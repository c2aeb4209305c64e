import { adaptiveCard, head, textBlock } from '../../shared/card/adaptive-card.ts';
import { channelTime } from '../../shared/time/zoned-time.ts';
import { plainText } from '../../shared/card/escape.ts';
import { type ChannelMessage, fittingMessage } from '../../shared/card/message.ts';

export interface TestCard {
  channel: string;
  timeZone: string;
  /** Who sends it, by the name on his machine. */
  from: string;
  /** Which deployment, for people. */
  target: string;
  /** ISO 8601. */
  at: string;
}

/** A card that nobody can take for an alert. */
export function testCard({ channel, timeZone, from, target, at }: TestCard): ChannelMessage {
  return fittingMessage(({ name }) =>
    adaptiveCard([
      head('emphasis', [
        textBlock('Gracewatch: test card', { size: 'Medium', weight: 'Bolder' }),
        textBlock('Nothing has happened. Alerts of this channel will look like this and come here.', {
          spacing: 'Small',
        }),
      ]),
      {
        type: 'FactSet',
        facts: [
          { title: 'Channel', value: plainText(channel, name) },
          { title: 'Sent by', value: plainText(from, name) },
          { title: 'With', value: plainText(target, name) },
          { title: 'At', value: plainText(channelTime(at, timeZone), name) },
        ],
      },
    ]),
  );
}
