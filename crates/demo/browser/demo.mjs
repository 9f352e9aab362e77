// The demonstration as a process, and what people do in its pages.
import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const program = process.env.PAIRNYM_DEMO ?? '../../../target/debug/pairnym-demo';

export const launch = () => chromium.launch({
  executablePath: process.env.PAIRNYM_CHROMIUM ?? '/usr/bin/chromium',
  // Its sandbox does not start as root.
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

/** Starts the demonstration on a free port. */
export async function start() {
  const child = spawn(program, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const [url] = await Promise.race([
    new Promise((resolve) => createInterface(child.stdout).once('line', (line) => resolve([line]))),
    ended.then((status) => { throw new Error(`the demonstration ended: ${status}`); }),
  ]);
  const port = new URL(url).port;
  return {
    url,
    at: (host, path = '/') => `http://${host}.localhost:${port}${path}`,
    stop: () => { child.kill(); return ended; },
  };
}

/** What axe finds, and whether the page is wider than its window. */
export async function faults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  const [wide, window] = await page.evaluate(
    () => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  if (wide > window) found.push(`${wide} pixels wide in a window of ${window}`);
  return found.map((fault) => `${page.url()}: ${fault}`);
}

/** A person with a browser, whose profile is a phone, too. `look` is called with every page. */
export class Person {
  constructor(demo, page, look = async () => {}) {
    Object.assign(this, { demo, page, look });
  }

  async go(host, path) {
    await this.page.goto(this.demo.at(host, path));
    await this.look(this.page);
  }

  /** Presses what leads to another page. */
  async press(selector) {
    await Promise.all([this.page.waitForNavigation(), this.page.click(selector)]);
    await this.page.waitForLoadState();
  }

  /** A new wallet, whose words are confirmed: returns them. */
  async makeWallet() {
    await this.go('wallet');
    await this.page.fill('#passphrase', 'a passphrase of mine');
    await this.page.fill('#again', 'a passphrase of mine');
    await this.press('form[action="/create"] button');
    await this.look(this.page);
    const words = await this.page.locator('ol.words[lang=en] li').allTextContents();
    await this.confirm(words.join(' '));
    return words.join(' ');
  }

  async confirm(words) {
    await this.go('wallet', '/confirm');
    await this.page.fill('#words', words);
    await this.press('form[action="/confirm"] button');
    await this.look(this.page);
  }

  async restoreWallet(words) {
    await this.go('wallet');
    await this.page.fill('#words', words);
    await this.page.fill('#new', 'another passphrase');
    await this.page.fill('#new_again', 'another passphrase');
    await this.press('form[action="/restore"] button');
    await this.look(this.page);
  }

  /** At the counter, as the person at this place: returns the code. */
  async identify(place) {
    await this.go('id');
    await this.page.check(`input[value="${place}"]`);
    await this.press('form button.first');
    await this.look(this.page);
    return this.page.textContent('#code');
  }

  async enroll(code) {
    await this.go('wallet', '/enroll');
    await this.page.fill('#code', code);
    await this.press('form[action="/enroll"] button');
    await this.takeOffer();
  }

  async takeOffer() {
    await this.look(this.page);
    if (await this.page.locator('button[value=take]').count()) await this.press('button[value=take]');
    await this.look(this.page);
  }

  async refresh() {
    await this.go('wallet');
    await this.press('form[action="/refresh"] button');
    await this.takeOffer();
  }

  /** Begins at a platform with the wallet of the same browser: then the wallet asks. */
  async begin(host, ask) {
    await this.go(host, `/pairnym/ask/${ask}`);
    await this.press('button[value=same-device]');
    await this.look(this.page);
    await this.page.click('a.button');
    await this.page.waitForURL(/wallet\.localhost:\d+\/answer\/./);
    await this.page.waitForLoadState();
    await this.look(this.page);
  }

  /** Agrees, to disclosures too. */
  async agree() {
    const disclose = this.page.locator('input[name=disclose]');
    if (await disclose.count()) await disclose.check();
    await this.page.click('button[value=answer]');
  }

  async decline() {
    await this.press('button[value=decline]');
    await this.look(this.page);
  }

  /** Registers, logs in or signs: returns the 网号 that the platform says. */
  async answer(host, ask) {
    await this.begin(host, ask);
    await this.agree();
    await this.page.waitForURL(this.demo.at(host));
    await this.look(this.page);
    return this.page.textContent('#pseudonym');
  }

  /** Begins at a platform with a wallet on another device: returns the text of the QR code. */
  async show(host, ask) {
    await this.go(host, `/pairnym/ask/${ask}`);
    await this.press('button[value=cross-device]');
    await this.look(this.page);
    return this.page.textContent('#uri');
  }

  /** Scans, so to say: returns the digits. */
  async scan(text) {
    await this.go('wallet', '/answer');
    await this.page.fill('#link', text);
    await this.page.click('form[action="/answer"] button', { noWaitAfter: true });
    await this.page.waitForURL(/\/answer\/\w+$/, { waitUntil: 'commit' });
    // The page shows them, and asks at once whether they were typed; until they are, the browser is
    // busy with that, and tells playwright nothing. So the page is fetched once more.
    const shown = await this.fetch(this.page.url());
    return /class="digits">(\d{6})</.exec(shown)[1];
  }

  /** A page as this browser would get it. */
  async fetch(address) {
    const { hostname, port, pathname } = new URL(address);
    const cookies = await this.page.context().cookies(address);
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const headers = { host: `${hostname}:${port}`, cookie, accept: 'text/html' };
      const request = get({ host: '127.0.0.1', port, path: pathname, headers }, async (response) => {
        resolve((await response.setEncoding('utf8').toArray()).join(''));
      });
      request.on('error', reject);
    });
  }

  /** Types the digits at the page that shows the QR code. */
  async type(digits) {
    await this.page.waitForSelector('#digits');
    await this.look(this.page);
    await this.page.fill('#digits', digits);
    await this.page.keyboard.press('Enter');
  }
}
