import { chromium } from 'playwright-core';

/**
 * Takes the picture of the README: the card page of a running `npm start`, in the machine's own headless Chromium.
 * `node scripts/picture.ts [url] [file]`; the browser is CHROMIUM or /usr/bin/chromium.
 */
const [url = 'http://127.0.0.1:7080/', file = 'docs/cards.png'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  // As root, which containers run as, Chromium starts only without its sandbox; the page is our own.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage({ viewport: { width: 1000, height: 1330 } });
  const answer = await page.goto(url, { waitUntil: 'load' });
  if (answer?.ok() !== true) throw new Error(`${url} does not answer: is npm start running?`);
  await page.locator('.ac-adaptiveCard').first().waitFor();
  await page.screenshot({ path: file });
  console.log(`${file} shows ${url}`);
} finally {
  await browser.close();
}
