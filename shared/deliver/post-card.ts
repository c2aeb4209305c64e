import { noticesInOneWrite } from '../alert/alert-store.ts';
import type { WaitingNotice } from '../alert/waiting-notices.ts';
import type { CardSetting } from '../card/card-setting.ts';
import { fittingMessage, largestMessageBytes, smallerMessageBytes } from '../card/message.ts';
import type { ChannelSettings } from '../config.ts';
import { broken } from './broken-channel.ts';
import type { DeliveryOutcome } from './channel-sender.ts';
import type { ChannelAsRead, ChannelState } from './channel-store.ts';
import { type DeliveryPorts, type DeliverySettings, updateChannel } from './delivery.ts';
import { retryDelaySeconds, secondsAfter } from './due.ts';
import { gatherPost, type Post, untold } from './gather-post.ts';
import { reportFailing, reportWorking } from './report-failing.ts';
import { rerouteNotices } from './reroute-waiting.ts';
import { type WaitingForChannel, waitingWithKeys } from './waiting.ts';
import { wakeLater } from './wake.ts';
import { byAlert, sent, type Told, writeOutcomes } from './write-outcomes.ts';

type Posting = NonNullable<ChannelState['posting']>;

const mostClaims = 8;

/** A card that a channel refuses so often, later each time, is told elsewhere: what else waits must not wait for ever. */
const mostRefusals = 5;

/** A channel that is due, as it was read. */
export interface DueChannel {
  tenantId: string;
  channel: ChannelSettings;
  read: ChannelAsRead;
  waiting: WaitingForChannel;
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
  const { channel, waiting } = due;
  let read = waiting.hasSeveral ? await reserve(channel.id, due.read, ports, settings) : due.read;
  if (read === undefined) return 'again';
  const { posting: begun } = read.state;
  const keepChannel = async (): Promise<void> => {
    if (read !== undefined) read = await renewed(channel.id, read, ports, settings);
  };
  const gathered = await gatherPost(channel.id, begun, waiting, ports, settings, keepChannel);
  if (gathered.kind === 'nothing-to-tell') {
    const at = ports.clock.now().toISOString();
    await recordTold(channel.id, gathered.rows, { at, ...gathered.told }, ports, settings);
    if (begun !== undefined) await release(ports, channel.id, begun, read);
    else if (read !== due.read) await updateChannel(ports, channel.id, withoutLease, read);
    return 'again';
  }
  const { post } = gathered;
  const claimed = await claim({ ...due, read }, post, ports, settings);
  if (claimed === undefined) return 'again';
  const { posting } = claimed;

  const outcome = await send(channel, post, ports, settings);
  const fields = { stage: 'deliver', channel: channel.id, alerts: post.alerts, notices: post.rows.length };
  switch (outcome.kind) {
    case 'done': {
      const sentAt = ports.clock.now().toISOString();
      const recorded = await recordPost(channel.id, post, claimed, sentAt, ports, settings);
      ports.log.info('card posted', fields);
      if (post.more || recorded.waitOn) {
        await wakeAfter(due, settings.postGapSeconds, 0, ports, recorded.read);
      }
      return 'done';
    }
    case 'retry':
      ports.log.warn('card not posted, will be tried again', { ...fields, reason: outcome.reason });
      await tryAgain(due, claimed, posting, outcome.afterSeconds, ports, settings);
      return 'done';
    case 'refused': {
      const { reason, ended } = outcome;
      const refusals = (posting.refusals ?? 0) + 1;
      if (!ended && outcome.tooLarge !== true && refusals < mostRefusals) {
        ports.log.warn('card refused, will be tried again', { ...fields, refusals, reason });
        await tryAgain(due, claimed, { ...posting, refusals }, undefined, ports, settings);
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
 * Takes the channel before many alerts are read for it: several messages wake it at once, and each would read them all. Whoever dies
 * with it holds it no longer than a post may take.
 */
async function reserve(
  channel: string,
  read: ChannelAsRead,
  { notices, clock }: Pick<DeliveryPorts, 'notices' | 'clock'>,
  { leaseSeconds }: Pick<DeliverySettings, 'leaseSeconds'>,
): Promise<ChannelAsRead | undefined> {
  const leaseUntil = secondsAfter(clock.now().toISOString(), leaseSeconds);
  const state = { ...read.state, leaseUntil };
  const saved = await notices.saveChannel(channel, state, read.version);
  return saved.kind === 'saved' ? { state, version: saved.version } : undefined;
}

/** Thousands of alerts are not read in the time of a post where storage is slow: once half of it is over the channel is taken anew. */
async function renewed(
  channel: string,
  read: ChannelAsRead,
  ports: Pick<DeliveryPorts, 'notices' | 'clock'>,
  settings: Pick<DeliverySettings, 'leaseSeconds'>,
): Promise<ChannelAsRead> {
  const { leaseUntil } = read.state;
  const halfOver = secondsAfter(ports.clock.now().toISOString(), settings.leaseSeconds / 2);
  if (leaseUntil === undefined || leaseUntil > halfOver) return read;
  const now = await ports.notices.readChannel(channel);
  if (now.state.leaseUntil !== leaseUntil) return read;
  return (await reserve(channel, now, ports, settings)) ?? read;
}

function withoutLease({ leaseUntil: _released, ...rest }: ChannelState): ChannelState {
  return rest;
}

/**
 * Where all that was told is one write, that write says that it was sent. Else that is written first, in one row, so that nobody sends it
 * again however long the outcomes take.
 */
async function recordPost(
  channel: string,
  { rows, told }: Post,
  claimed: ClaimedChannel,
  sentAt: string,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<{ read: ChannelAsRead; waitOn: boolean }> {
  const { posting } = claimed;
  const isOneWrite = byAlert(rows).length === 1 && rows.length <= noticesInOneWrite;
  const read = isOneWrite
    ? claimed
    : await changePosting(
        ports,
        channel,
        posting,
        (state) => ({ ...state, posting: { ...posting, postedAt: sentAt } }),
        claimed,
      );
  return recordRows(channel, posting, rows, { at: sentAt, ...told }, read, ports, settings);
}

interface SentPost {
  channel: string;
  read: ChannelAsRead;
  posting: Posting;
  sentAt: string;
}

/** Ends a post that was sent by somebody who died before all of its outcomes were written. */
export async function recordSent(
  { channel, read, posting, sentAt }: SentPost,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<void> {
  const rows = await waitingWithKeys(ports, channel, posting.notices);
  const sequences = posting.notices.flatMap((key, index): [string, number][] => {
    // Without its number it is from a build that told everything that waited.
    const sequence = posting.sequences?.[index] ?? Infinity;
    return sequence === untold ? [] : [[key, sequence]];
  });
  const told = { at: sentAt, sequences: new Map(sequences), reads: new Map<string, never>() };
  await recordRows(channel, posting, rows, told, read, ports, settings);
}

/** The notices are marked on their alerts and wait no more; then the channel is free. */
async function recordRows(
  channel: string,
  posting: Posting,
  rows: readonly WaitingNotice[],
  told: Told & { at: string },
  read: ChannelAsRead,
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<{ read: ChannelAsRead; waitOn: boolean }> {
  const { waitOn } = await recordTold(channel, rows, told, ports, settings);
  const { brokenSince, failingTenants } = read.state;
  if (brokenSince !== undefined || failingTenants !== undefined) await reportWorking(channel, ports);
  return { read: await release(ports, channel, posting, read), waitOn };
}

function recordTold(
  channel: string,
  rows: readonly WaitingNotice[],
  told: Told & { at: string },
  ports: DeliveryPorts,
  settings: DeliverySettings,
): Promise<{ waitOn: boolean }> {
  return writeOutcomes({ channel, rows, decide: sent(told, told.at), told }, ports, settings);
}

type ClaimedChannel = ChannelAsRead & { posting: Posting };

/** Others may have written down when they come again; the channel is still reserved for this post while its lease is the same. */
async function claim(
  { channel, read }: DueChannel,
  { idempotencyKey, rows, told }: Post,
  { notices, clock }: DeliveryPorts,
  { leaseSeconds }: DeliverySettings,
): Promise<ClaimedChannel | undefined> {
  const now = clock.now().toISOString();
  const begun = read.state.posting;
  const refusals = begun?.idempotencyKey === idempotencyKey ? begun.refusals : undefined;
  const posting: Posting = {
    idempotencyKey,
    notices: rows.map(({ key }) => key),
    sequences: rows.map(({ key }) => told.sequences.get(key) ?? untold),
    ...(refusals === undefined ? {} : { refusals }),
  };
  let found = read;
  for (let attempt = 0; attempt < mostClaims; attempt += 1) {
    const { wakeAt: _served, posting: _begun, ...rest } = found.state;
    const state = { ...rest, lastPostAt: now, leaseUntil: secondsAfter(now, leaseSeconds), posting };
    const saved = await notices.saveChannel(channel.id, state, found.version);
    if (saved.kind === 'saved') return { state, version: saved.version, posting };
    found = await notices.readChannel(channel.id);
    const { leaseUntil } = found.state;
    if (leaseUntil === undefined || leaseUntil !== read.state.leaseUntil) return undefined;
  }
  return undefined;
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
      fittingMessage((fullness) => card(setting, fullness), limit),
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
  claimed: ClaimedChannel,
  posting: Posting,
  afterSeconds: number | undefined,
  ports: DeliveryPorts,
  { retrySeconds }: DeliverySettings,
): Promise<void> {
  const { attempt, channel } = due;
  const seconds = retryDelaySeconds(retrySeconds, attempt, afterSeconds);
  const read = await wakeAfter(due, seconds, attempt + 1, ports, claimed);
  await changePosting(
    ports,
    channel.id,
    posting,
    ({ leaseUntil: _released, ...rest }) => ({ ...rest, posting }),
    read,
  );
}

function wakeAfter(
  { tenantId, channel }: DueChannel,
  seconds: number,
  attempt: number,
  ports: DeliveryPorts,
  read: ChannelAsRead,
): Promise<ChannelAsRead> {
  const wakeAt = secondsAfter(ports.clock.now().toISOString(), seconds);
  return wakeLater(tenantId, { channel: channel.id, wakeAt, attempt }, ports, read);
}

function release(
  ports: DeliveryPorts,
  channel: string,
  posting: Posting,
  read?: ChannelAsRead,
): Promise<ChannelAsRead> {
  return changePosting(
    ports,
    channel,
    posting,
    ({ leaseUntil: _released, posting: _ended, ...rest }) => rest,
    read,
  );
}

/** Only while the post is still the one that is under way: a worker that was too slow changes nothing of the next one. */
function changePosting(
  ports: DeliveryPorts,
  channel: string,
  { idempotencyKey }: Posting,
  change: (state: ChannelState) => ChannelState,
  read?: ChannelAsRead,
): Promise<ChannelAsRead> {
  return updateChannel(
    ports,
    channel,
    (state) => (state.posting?.idempotencyKey === idempotencyKey ? change(state) : state),
    read,
  );
}
