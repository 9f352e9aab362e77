// README's pictures, taken of the demonstration itself.
import { mkdir } from 'node:fs/promises';
import { Person, launch, start } from './demo.mjs';

const folder = new URL('../pictures/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const [browser, demo] = [await launch(), await start()];
try {
  const options = { locale: 'en', viewport: { width: 420, height: 640 } };
  const person = async (options) => new Person(demo, await (await browser.newContext(options)).newPage());
  const take = (one, name, options) => one.page.screenshot({ path: `${folder}${name}.png`, ...options });
  /** From one element of the page to the end of another. */
  const takePart = async (one, name, from, to) => {
    await one.page.evaluate(() => window.scrollTo(0, 0));
    const [first, last] = [await one.page.locator(from).boundingBox(), await one.page.locator(to).boundingBox()];
    const top = first.y - 16;
    const clip = { x: 0, y: top, width: 420, height: last.y + last.height + 16 - top };
    await take(one, name, { fullPage: true, clip });
  };

  const one = await person(options);
  await one.makeWallet();
  const code = await one.identify(0);
  await take(one, 'counter');
  await one.enroll(code);
  await one.answer('shop', 'register');
  await one.begin('video', 'register');
  await one.page.check('input[name=disclose]');
  await takePart(one, 'question', 'h1', '.choice');
  await one.agree();
  await one.page.waitForURL(demo.at('video'));
  await take(one, 'cinema');
  await one.answer('gov', 'register');
  await one.go('wallet', '/platforms');
  await takePart(one, 'wallet', 'h1', 'main');

  const wide = await person({ locale: 'en', viewport: { width: 1280, height: 800 } });
  await wide.go('demo', '/knows');
  await take(wide, 'knows');
} finally {
  await browser.close();
  await demo.stop();
}
