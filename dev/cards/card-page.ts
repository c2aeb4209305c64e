import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { ReceivedCard, TeamsChannels } from '../tenant/teams-channels.ts';

/** Answers a GET of the card page or one of its files; `false` where the path is none of them. */
export type CardPage = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

/** Nothing is loaded from elsewhere, nothing is run that is not a file of this page. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

const script = 'text/javascript; charset=utf-8';

interface PageFile {
  type: string;
  body: string;
}

/**
 * The page that shows the received cards as a channel of Teams would: `/`, its files, `/cards` with all of them as JSON and
 * `/cards/events` with each new one as a server-sent event.
 */
export function createCardPage(teams: TeamsChannels, productUrl: string): CardPage {
  const files: Record<string, () => PageFile> = {
    '/': () => ({
      type: 'text/html; charset=utf-8',
      body: ownFile('./card-page.html').replaceAll('{{productUrl}}', escapeAttribute(productUrl)),
    }),
    '/card-page.css': () => ({ type: 'text/css; charset=utf-8', body: ownFile('./card-page.css') }),
    '/card-page.js': () => ({ type: script, body: ownFile('./card-page.js') }),
    '/card-text.js': () => ({ type: script, body: ownFile('./card-text.js') }),
    '/adaptivecards.js': () => ({ type: script, body: readFileSync(adaptiveCards, 'utf8') }),
    '/cards': () => ({
      type: 'application/json; charset=utf-8',
      body: JSON.stringify({ value: teams.received() }),
    }),
  };
  return (path, request, response) => {
    if (path === '/cards/events') {
      sendEvents(teams, request, response);
      return true;
    }
    const file = files[path]?.();
    if (file === undefined) return false;
    response.writeHead(200, { ...headers, 'content-type': file.type });
    response.end(file.body);
    return true;
  };
}

/** Served from the installed package: the page works without a network. */
const adaptiveCards = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js');

function ownFile(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function sendEvents(teams: TeamsChannels, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' });
  response.write('retry: 1000\n\n');
  const stop = teams.watch((card: ReceivedCard) => {
    response.write(`data: ${JSON.stringify(card)}\n\n`);
  });
  request.on('close', stop);
}
