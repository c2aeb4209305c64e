import type { ChannelSettings } from '../config.ts';
import type { ChannelState, DeliveryOutcome, Version, WaitingNotice } from '../ports.ts';
import { broken } from './broken-channel.ts';
import type { CardSetting } from './card-setting.ts';
import { type DeliveryPorts, type DeliverySettings, updateChannel } from './delivery.ts';
import { retryDelaySeconds, secondsAfter } from './due.ts';
import { fittingMessage, largestMessageBytes, smallerMessageBytes } from './message.ts';
import { rerouteNotices } from './reroute-waiting.ts';
import { reportFailing, reportWorking } from './report-failing.ts';
import { sent, settle } from './settle.ts';
import { gatherPost, type Post, takeWaiting } from './waiting-post.ts';
import { wakeLater } from './wake.ts';

type Posting = NonNullable<ChannelState['posting']>;

/** A card that a channel refuses so often, later each time, is told elsewhere: what else waits must not wait for ever. */
const mostRefusals = 5;

/** A channel that is due, as it was read. */
export interface DueChannel {
  tenantId: string;
  channel: ChannelSettings;
  state: ChannelState;
  version: Version | undefined;
  /** How often it has failed in a row. */
  attempt: number;
}

/**
 * One post from the claim to the record. What it is about is written down with the claim, that it was sent right after it: so a
 * worker that dies before the post costs nothing, one that dies behind it costs one repetition under the same key, and one
 * that dies while it records costs nothing again (law 6).
 *
 * `again`: the channel must be looked at anew, because somebody else was faster or the card was refused.
 */
export async function postWaiting(
  due: DueChannel,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<'done' | 'again'> {
  const { channel, state } = due;
  const gathered = await gatherPost(channel.id, state.posting, ports);
  if (gathered.kind === 'nothing-to-tell') {
    await settleSent(channel.id, gathered.rows, ports.clock.now().toISOString(), ports);
    return 'again';
  }
  const { post } = gathered;
  const posting = await claim(due, post, ports, settings);
  if (posting === undefined) return 'again';

  const outcome = await send(channel, post, ports, settings);
  const fields = { stage: 'deliver', channel: channel.id, alerts: post.alerts, notices: post.rows.length };
  switch (outcome.kind) {
    case 'done':
      await recordSent(channel.id, posting, ports.clock.now().toISOString(), ports);
      ports.log.info('card posted', fields);
      if (post.more) await wakeAfter(due, settings.postGapSeconds, 0, ports);
      return 'done';
    case 'retry':
      ports.log.warn('card not posted, will be tried again', { ...fields, reason: outcome.reason });
      await tryAgain(due, posting, outcome.afterSeconds, ports, settings);
      return 'done';
    case 'refused': {
      const { reason, ended } = outcome;
      const refusals = (posting.refusals ?? 0) + 1;
      if (!ended && outcome.tooLarge !== true && refusals < mostRefusals) {
        ports.log.warn('card refused, will be tried again', { ...fields, refusals, reason });
        await tryAgain(due, { ...posting, refusals }, undefined, ports, settings);
        return 'done';
      }
      const message = ended ? 'channel is gone until it is tested again' : 'card refused';
      ports.log.error(message, { ...fields, reason });
      if (ended) {
        const at = ports.clock.now().toISOString();
        const urlFingerprint = ports.sender.fingerprint(channel.id);
        await updateChannel(ports, channel.id, (state) => broken(state, { at, reason, urlFingerprint }));
      }
      await reportFailing(channel.id, post.rows, reason, ports);
      await rerouteNotices(channel.id, post.rows, ports, settings);
      await release(ports, channel.id, posting);
      return 'again';
    }
  }
}

/**
 * Ends a post that was sent: its notices are marked on their alerts and wait no more. That it was sent is written first, in one
 * row, so that nobody sends it again however long the marking takes.
 */
export async function recordSent(
  channel: string,
  posting: Posting,
  sentAt: string,
  ports: DeliveryPorts,
): Promise<void> {
  if (posting.postedAt === undefined) {
    await changePosting(ports, channel, posting, (state) => ({
      ...state,
      posting: { ...posting, postedAt: sentAt },
    }));
  }
  const { notices } = posting;
  const { rows } = await takeWaiting(ports, channel, notices.length, new Set(notices));
  await settleSent(channel, rows, sentAt, ports);
  await reportWorking(channel, ports);
  await release(ports, channel, posting);
}

async function settleSent(
  channel: string,
  rows: readonly WaitingNotice[],
  sentAt: string,
  ports: DeliveryPorts,
): Promise<void> {
  await settle(channel, rows, (alert, ofAlert) => sent(alert, ofAlert, sentAt), ports);
}

async function claim(
  { channel, state, version }: DueChannel,
  { idempotencyKey, rows }: Post,
  { notices, clock }: DeliveryPorts,
  { leaseSeconds }: DeliverySettings,
): Promise<Posting | undefined> {
  const now = clock.now().toISOString();
  const refusals = state.posting?.idempotencyKey === idempotencyKey ? state.posting.refusals : undefined;
  const posting: Posting = {
    idempotencyKey,
    notices: rows.map(({ key }) => key),
    ...(refusals === undefined ? {} : { refusals }),
  };
  const { wakeAt: _served, ...rest } = state;
  const claimed = { ...rest, lastPostAt: now, leaseUntil: secondsAfter(now, leaseSeconds), posting };
  return (await notices.saveChannel(channel.id, claimed, version)) === 'saved' ? posting : undefined;
}

/** With as much detail as the channel takes: 28 KB is what is known, and a channel may take less. */
async function send(
  channel: ChannelSettings,
  { idempotencyKey, card }: Post,
  { sender }: DeliveryPorts,
  { tenants, publicUrl }: DeliverySettings,
): Promise<DeliveryOutcome> {
  const setting: CardSetting = {
    timeZone: channel.timeZone,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    tenantName: (tenantId) => tenants.find(({ id }) => id === tenantId)?.name ?? tenantId,
  };
  const sendWithin = (limit: number): Promise<DeliveryOutcome> =>
    sender.post(
      channel.id,
      fittingMessage((detail) => card(setting, detail), limit),
      idempotencyKey,
    );
  let outcome = await sendWithin(largestMessageBytes);
  for (const limit of smallerMessageBytes) {
    if (outcome.kind !== 'refused' || outcome.tooLarge !== true) return outcome;
    outcome = await sendWithin(limit);
  }
  return outcome;
}

/** The posting stays: whether a post that broke off arrived is not known, so the next one is the same. */
async function tryAgain(
  due: DueChannel,
  posting: Posting,
  afterSeconds: number | undefined,
  ports: DeliveryPorts,
  { retrySeconds }: DeliverySettings,
): Promise<void> {
  const { attempt, channel } = due;
  await wakeAfter(due, retryDelaySeconds(retrySeconds, attempt, afterSeconds), attempt + 1, ports);
  await changePosting(ports, channel.id, posting, ({ leaseUntil: _released, ...rest }) => ({
    ...rest,
    posting,
  }));
}

async function wakeAfter(
  { tenantId, channel }: DueChannel,
  seconds: number,
  attempt: number,
  ports: DeliveryPorts,
): Promise<void> {
  const wakeAt = secondsAfter(ports.clock.now().toISOString(), seconds);
  await wakeLater(tenantId, { channel: channel.id, wakeAt, attempt }, ports);
}

async function release(ports: DeliveryPorts, channel: string, posting: Posting): Promise<void> {
  await changePosting(ports, channel, posting, ({ leaseUntil: _released, posting: _ended, ...rest }) => rest);
}

/** Only while the post is still the one that is under way: a worker that was too slow changes nothing of the next one. */
async function changePosting(
  ports: DeliveryPorts,
  channel: string,
  { idempotencyKey }: Posting,
  change: (state: ChannelState) => ChannelState,
): Promise<void> {
  await updateChannel(ports, channel, (state) =>
    state.posting?.idempotencyKey === idempotencyKey ? change(state) : state,
  );
}
