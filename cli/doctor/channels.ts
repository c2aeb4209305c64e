import { createNoticeTable } from '../../shared/adapters/notice-table.ts';
import { createTeamsSender } from '../../shared/adapters/teams.ts';
import type { ChannelSettings } from '../../shared/config.ts';
import { isBroken } from '../../shared/deliver/broken-channel.ts';
import names from '../../shared/names.json' with { type: 'json' };
import type { ChannelSender, DeliveryOutcome } from '../../shared/deliver/channel-sender.ts';
import type { ChannelState } from '../../shared/deliver/channel-store.ts';
import type { Line } from './check.ts';
import type { Deployment } from './deployment.ts';
import { seenInStorage } from './seen-in-storage.ts';
import { testCard, type TestCard } from './test-card.ts';

/** @param from who sends a test card to each; without it none is sent */
export async function examineChannels(deployment: Deployment, from: string | undefined): Promise<Line[]> {
  const { channels } = deployment.config;
  const sender = createTeamsSender(channels);
  const at = new Date().toISOString();
  const card = { target: deployment.target.label, at };
  const sent = from === undefined ? undefined : await sendTestCards(channels, sender, { ...card, from });
  const { states, lines } = await readStates(deployment);
  const seen = channels.map((channel) => ({
    channel,
    urlFingerprint: sender.fingerprint(channel.id),
    state: states.get(channel.id) ?? {},
    sent: sent?.get(channel.id),
  }));
  return [...judgeChannels(seen), ...lines];
}

/** What deliveries have made of the channels, and a line where that could not be read. */
async function readStates({
  config,
  isRead,
  storage,
}: Deployment): Promise<{ states: Map<string, ChannelState>; lines: Line[] }> {
  const states = new Map<string, ChannelState>();
  // That the settings of storage are wrong is told by its own lines.
  if (config.channels.length === 0 || !isRead('AzureWebJobsStorage')) return { states, lines: [] };
  const account = await storage();
  const lines = await seenInStorage('tables', account, async () => {
    const notices = createNoticeTable(account.clients.table(names.tables.alerts));
    for (const { id } of config.channels) states.set(id, (await notices.readChannel(id)).state);
    return [];
  });
  return { states, lines: lines.map((line) => ({ ...line, subject: 'deliveries' })) };
}

/** What is known of one channel: its settings, what deliveries have made of it, and what became of a test card. */
export interface SeenChannel {
  channel: ChannelSettings;
  state: ChannelState;
  urlFingerprint: string;
  sent: DeliveryOutcome | undefined;
}

export function judgeChannels(seen: readonly SeenChannel[]): Line[] {
  if (seen.length > 0) return seen.flatMap(judgeChannel);
  return [
    {
      status: 'warn',
      means: 'there is no channel: alerts are recorded, and nobody is told',
      mend: 'set GRACEWATCH_CHANNELS; docs/deploy.md says how a Teams workflow gets its URL',
    },
  ];
}

function judgeChannel({ channel, state, urlFingerprint, sent }: SeenChannel): Line[] {
  const subject = channel.id;
  const lines: Line[] = [
    { subject, status: 'ok', means: `its URL is that of a Teams workflow${fallbackOf(channel)}` },
  ];
  if (channel.fallback === undefined) {
    lines.push({
      subject,
      status: 'warn',
      means:
        'no fallback: a workflow ends with the account of its owner, and then nobody is told, not even of that',
      mend: `add "fallback": the id of another channel, to ${channel.id} in GRACEWATCH_CHANNELS; give the workflow a co-owner`,
    });
  }
  const delivered = sent?.kind === 'done';
  if (!delivered && isBroken(state, urlFingerprint)) {
    lines.push({
      subject,
      status: 'fail',
      means: `shut since ${state.brokenSince ?? ''}: ${state.brokenReason ?? 'it answered that it is gone'}; its notices go ${channel.fallback === undefined ? 'nowhere' : `to ${channel.fallback}`}`,
      mend: `${newUrl}; with the new URL it is open again`,
    });
  }
  return sent === undefined ? lines : [...lines, judgeDelivery(channel, sent)];
}

function fallbackOf({ fallback }: ChannelSettings): string {
  return fallback === undefined ? '' : `; what it refuses goes to ${fallback}`;
}

const newUrl =
  'in Teams > the channel > Workflows: is the workflow there and on? make it anew ("Send webhook alerts to a channel") and put its URL into GRACEWATCH_CHANNELS';

/** What a channel says of a test card (FACTS 10.2). */
function judgeDelivery({ id }: ChannelSettings, sent: DeliveryOutcome): Line {
  switch (sent.kind) {
    case 'done':
      return {
        subject: id,
        status: 'ok',
        means:
          'the workflow took a test card. That does not prove that it was posted: look into the Teams channel; where nothing came, make.powerautomate.com > the workflow > Run history says why',
      };
    case 'retry':
      return {
        subject: id,
        status: 'fail',
        means: `the test card was not taken: ${sent.reason}`,
        mend: 'try again in a minute: alerts are tried again by themselves',
      };
    case 'refused':
      return {
        subject: id,
        status: 'fail',
        means: `the test card was refused: ${sent.reason}`,
        mend: mendRefusal(sent),
      };
  }
}

function mendRefusal({ reason, ended }: DeliveryOutcome & { kind: 'refused' }): string {
  if (!ended) return 'is the URL complete, up to the end of its sig? Copy it once more from the workflow';
  return /\b40[13]\b/.test(reason)
    ? 'the trigger lets only some in: in the workflow, "When a Teams webhook request is received" > Who can trigger the flow: Anyone; then copy the URL once more'
    : newUrl;
}

/** Posts a test card to each channel, one after the other. */
async function sendTestCards(
  channels: readonly ChannelSettings[],
  sender: Pick<ChannelSender, 'post'>,
  card: Omit<TestCard, 'channel' | 'timeZone'>,
): Promise<Map<string, DeliveryOutcome>> {
  const outcomes = new Map<string, DeliveryOutcome>();
  for (const { id, timeZone } of channels) {
    const message = testCard({ ...card, channel: id, timeZone });
    outcomes.set(id, await sender.post(id, message, `doctor-${id}-${card.at}`));
  }
  return outcomes;
}
