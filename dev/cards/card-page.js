/* global AdaptiveCards, EventSource, URL, document, fetch, setInterval, setTimeout */
import { cardTextToHtml } from './card-text.js';

/** Cards by id, as they came; the page is always drawn from these. */
const cards = new Map();
let shownChannel;

const channelList = document.getElementById('channels');
const posts = document.getElementById('posts');
const nothing = document.getElementById('nothing');
const heading = document.getElementById('heading');
const connection = document.getElementById('connection');
const story = document.getElementById('story');

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardTextToHtml(text);
  result.didProcess = true;
};

const text = '#242424';
const colours = (strong) => ({
  default: { default: text, subtle: '#616161' },
  accent: { default: '#5b5fc7', subtle: '#7f85f5' },
  good: { default: '#0e700e', subtle: '#237b4b' },
  warning: { default: '#8a5100', subtle: '#a86a12' },
  attention: { default: '#c4314b', subtle: '#d74654' },
  light: { default: '#616161', subtle: '#8a8a8a' },
  dark: { default: text, subtle: '#424242' },
  ...strong,
});
const container = (backgroundColor) => ({ backgroundColor, foregroundColors: colours({}) });

/** The light theme of Teams. */
const hostConfig = new AdaptiveCards.HostConfig({
  fontFamily: '"Segoe UI", -apple-system, BlinkMacSystemFont, Roboto, "Helvetica Neue", sans-serif',
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
  spacing: { small: 8, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: '#e0e0e0' },
  supportsInteractivity: true,
  containerStyles: {
    default: container('#ffffff'),
    emphasis: container('#f5f5f5'),
    accent: container('#ebebff'),
    good: container('#e7f2da'),
    warning: container('#fbf6d9'),
    attention: container('#fcf0f2'),
  },
  factSet: {
    title: { weight: 'Bolder', wrap: true, maxWidth: 140 },
    value: { wrap: true },
    spacing: 12,
  },
  actions: { buttonSpacing: 8, actionsOrientation: 'Horizontal', actionAlignment: 'Left', maxActions: 6 },
});

function renderCard(payload) {
  try {
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = hostConfig;
    card.onExecuteAction = openAction;
    card.parse(payload);
    const rendered = card.render();
    if (rendered) return rendered;
  } catch {
    // Told below: what Teams could not show either.
  }
  return element('p', 'broken', 'This card could not be rendered.');
}

function openAction(action) {
  if (!(action instanceof AdaptiveCards.OpenUrlAction)) return;
  const address = URL.parse(action.url ?? '');
  if (address && /^https?:$/.test(address.protocol)) globalThis.open(address.href, '_blank', 'noopener');
}

function element(tag, className, content) {
  const made = document.createElement(tag);
  made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

function renderPost({ id, channel, receivedAt, card }) {
  const post = element('article', 'post');
  post.dataset.id = id;
  post.dataset.channel = channel;
  const picture = element('div', 'picture', 'W');
  picture.setAttribute('aria-hidden', 'true');
  const time = element('time', 'time', new Date(receivedAt).toLocaleString(undefined, timeFormat));
  time.dateTime = receivedAt;
  const line = element('header', 'line');
  line.append(element('span', 'sender', 'Workflows'), time, element('span', 'channel', channel));
  const content = element('div', 'content');
  content.append(line, renderCard(card));
  post.append(picture, content);
  return post;
}

const timeFormat = { weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' };

/** Puts a card where it belongs: newest first, each one once. */
function addCard(card) {
  if (cards.has(card.id)) return;
  cards.set(card.id, card);
  const later = [...posts.children].find((post) => Number(post.dataset.id) < card.id);
  posts.insertBefore(renderPost(card), later ?? null);
  showChannels();
}

function showChannels() {
  const counts = new Map();
  for (const { channel } of cards.values()) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  const names = [...counts.keys()].sort();
  channelList.replaceChildren(
    channelEntry(undefined, 'All channels', cards.size),
    ...names.map((name) => channelEntry(name, name, counts.get(name))),
  );
  for (const post of posts.children) {
    post.hidden = shownChannel !== undefined && post.dataset.channel !== shownChannel;
  }
  heading.textContent = shownChannel ?? 'All channels';
  nothing.hidden = cards.size > 0;
}

function channelEntry(channel, label, count) {
  const button = element('button', 'entry');
  button.type = 'button';
  button.setAttribute('aria-current', String(channel === shownChannel));
  button.append(element('span', 'name', label), element('span', 'count', String(count)));
  button.addEventListener('click', () => {
    shownChannel = channel;
    showChannels();
  });
  const item = document.createElement('li');
  item.append(button);
  return item;
}

/** All that came so far, then each new one; after a break everything again, so that none is missed. */
function follow() {
  const events = new EventSource('/cards/events');
  events.addEventListener('open', async () => {
    connection.textContent = 'live';
    connection.dataset.state = 'live';
    const { value } = await (await fetch('/cards')).json();
    // From the beginning: a server that was started again counts its cards anew.
    cards.clear();
    posts.replaceChildren();
    for (const card of value) addCard(card);
    showChannels();
  });
  events.addEventListener('message', ({ data }) => addCard(JSON.parse(data)));
  events.addEventListener('error', () => {
    connection.textContent = 'not connected';
    connection.dataset.state = 'lost';
  });
}

async function showStory() {
  try {
    const { playing, plays, scene, played, scenes } = await (await fetch('/control/story')).json();
    if (playing) story.textContent = `${played} of ${scenes}: ${scene ?? 'it begins'}`;
    else story.textContent = plays > 0 ? 'The story is over.' : 'The story has not begun.';
  } catch {
    story.textContent = '';
  }
}

document.getElementById('replay').addEventListener('click', async () => {
  await fetch('/control/story', { method: 'POST' });
  setTimeout(showStory, 300);
});

follow();
showStory();
setInterval(showStory, 2000);
