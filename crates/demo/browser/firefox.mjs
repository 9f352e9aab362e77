// A Firefox without a window, by WebDriver BiDi: what a person does in one tab.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

const program = process.env.PAIRNYM_FIREFOX ?? '/usr/bin/firefox-esr';

/** How long something may take, in milliseconds. */
const PATIENCE = 30_000;

/** How long Firefox may take over a command that it answers at all. */
const ANSWER = 5_000;

/** Starts it, with a profile of its own. */
export async function launch() {
  const profile = await mkdtemp(join(tmpdir(), 'pairnym-firefox-'));
  const options = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const child = spawn(program, options, { env: { ...process.env, HOME: profile }, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  const listens = new Promise((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
      if (address) resolve(address[1]);
    });
  });
  const address = await Promise.race([
    listens,
    ended.then((status) => { throw new Error(`Firefox ended: ${status}`); }),
  ]);
  const call = await connect(`${address}/session`);
  await call('session.new', { capabilities: {} });
  const { contexts: [{ context }] } = await call('browsingContext.getTree', {});
  return { tab: new Tab(call, context), stop };
}

/** Returns what sends a command and awaits its result. */
async function connect(address) {
  const socket = new WebSocket(address);
  const waiting = new Map();
  socket.on('message', (data) => {
    const { id, type, result, error, message } = JSON.parse(data);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (type === 'success') resolve?.(result);
    else reject?.(new Error(`${error}: ${message}`));
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let last = 0;
  return (method, params) => new Promise((resolve, reject) => {
    last += 1;
    // Firefox forgets some commands while a page gives way to the next one.
    const late = setTimeout(() => reject(new Error(`${method}: no answer`)), ANSWER);
    const done = (settle) => (value) => { clearTimeout(late); settle(value); };
    waiting.set(last, { resolve: done(resolve), reject: done(reject) });
    socket.send(JSON.stringify({ id: last, method, params }));
  });
}

class Tab {
  constructor(call, context) {
    Object.assign(this, { call, context });
  }

  async go(url) {
    // Its own waiting is forgotten if the page before is still on its way.
    await this.until('document.readyState === "complete"');
    await this.call('browsingContext.navigate', { context: this.context, url, wait: 'none' });
    await this.until(`location.href === "${url}" && document.readyState === "complete"`);
  }

  /** The value of an expression in the page, if it is no object. */
  async read(expression) {
    const target = { context: this.context };
    const { type, result, exceptionDetails } =
      await this.call('script.evaluate', { expression, target, awaitPromise: false });
    if (type === 'exception') throw new Error(exceptionDetails.text);
    return result.value;
  }

  /** Until an expression holds in the page, which may be another one by then. */
  async until(expression) {
    const end = Date.now() + PATIENCE;
    let seen;
    while (Date.now() < end) {
      // While it goes from page to page there is none to ask.
      seen = await this.read(expression).catch((error) => error);
      if (seen === true) return;
      await sleep(50);
    }
    throw new Error(`${expression} is not so at ${await this.read('location.href')}: ${seen}`);
  }

  async wait(selector) {
    await this.until(`document.readyState === 'complete' && !!document.querySelector('${selector}')`);
  }

  async text(selector) {
    await this.wait(selector);
    return this.read(`document.querySelector('${selector}').textContent`);
  }

  /** With the mouse. */
  async click(selector) {
    await this.wait(selector);
    await this.read(`document.querySelector('${selector}').scrollIntoView({ block: 'center' })`);
    const locator = { type: 'css', value: selector };
    const { nodes: [{ sharedId }] } = await this.call('browsingContext.locateNodes',
      { context: this.context, locator, maxNodeCount: 1 });
    const origin = { type: 'element', element: { sharedId } };
    const actions = [
      { type: 'pointerMove', x: 0, y: 0, origin },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    await this.act({ type: 'pointer', id: 'mouse', actions });
  }

  /** With the keyboard. */
  async type(selector, text) {
    await this.click(selector);
    const actions = [...text].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]);
    await this.act({ type: 'key', id: 'keyboard', actions });
  }

  async act(actions) {
    await this.call('input.performActions', { context: this.context, actions: [actions] });
  }
}
