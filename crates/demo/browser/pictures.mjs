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

  const one = await person(options);
  await one.makeWallet();
  const code = await one.identify(0);
  await take(one, 'counter');
  await one.enroll(code);
  await one.answer('shop', 'register');
  await one.begin('video', 'register');
  await one.page.check('input[name=disclose]');
  const { y, height } = await one.page.locator('.choice').boundingBox();
  await take(one, 'question', { fullPage: true, clip: { x: 0, y: 0, width: 420, height: y + height + 20 } });
  await one.agree();
  await one.page.waitForURL(demo.at('video'));
  await take(one, 'cinema');
  await one.answer('gov', 'register');
  await one.go('wallet', '/platforms');
  await take(one, 'wallet');

  const wide = await person({ locale: 'en', viewport: { width: 1280, height: 800 } });
  await wide.go('demo', '/knows');
  await take(wide, 'knows');
} finally {
  await browser.close();
  await demo.stop();
}
