// The demonstration in a browser, as people use it.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Person, faults, launch, start } from './demo.mjs';

let browser;
let demo;
before(async () => { browser = await launch(); });
after(() => browser.close());
beforeEach(async () => { demo = await start(); });
afterEach(() => demo.stop());

const contexts = [];
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
});

/** Somebody with a browser profile of their own. */
async function person({ look, ...options } = {}) {
  const context = await browser.newContext({ locale: 'en', ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return new Person(demo, page, look);
}

/** Somebody who is enrolled: the adult, or the person at another place. */
async function enrolled(place = 0, options = {}) {
  const one = await person(options);
  one.words = await one.makeWallet();
  await one.enroll(await one.identify(place));
  return one;
}

/** The text of a party's column. */
async function column(one, heading) {
  await one.go('demo', '/knows');
  return one.page.locator('section', { has: one.page.getByRole('heading', { name: heading }) }).innerText();
}

test('three platforms know three 网号, and the wallet all of them', async () => {
  const one = await enrolled();
  const pseudonyms = [];
  for (const host of ['shop', 'video', 'gov']) pseudonyms.push(await one.answer(host, 'register'));
  assert.equal(new Set(pseudonyms).size, 3);
  assert.equal(await one.answer('gov', 'sign'), pseudonyms[2]);
  const columns = ['Bookshop', 'Cinema', 'City hall', 'The state service', 'Wallet on phone 1'];
  for (const [place, heading] of columns.entries()) {
    const text = await column(one, heading);
    for (const [other, pseudonym] of pseudonyms.entries()) {
      assert.equal(text.includes(pseudonym), place === other || place === 4, `${pseudonym} in ${heading}`);
    }
  }
  assert.match(await one.page.innerText('#common'), /none stands in two stores/);
  await one.go('wallet', '/platforms');
  const own = await one.page.innerText('main');
  for (const pseudonym of pseudonyms) assert.ok(own.includes(pseudonym));

  // In again, as the same person.
  await one.go('shop');
  await one.press('form[action="/log-out"] button');
  assert.equal(await one.answer('shop', 'log-in'), pseudonyms[0]);
});

test('a wallet on another device, with digits', async () => {
  const [phone, computer] = [await enrolled(), await person()];
  const digits = await phone.scan(await computer.show('shop', 'register'));
  await computer.type(digits === '000000' ? '000001' : '000000');
  await computer.page.getByText('other digits than your wallet shows').waitFor();
  await computer.type(digits);
  await phone.page.waitForSelector('button[value=answer]');
  assert.equal(await phone.page.locator('.host').first().innerText(), 'shop.localhost');
  await phone.agree();
  await computer.page.waitForURL(demo.at('shop'));
  assert.match(await computer.page.textContent('#pseudonym'), /^pn1/);
  // The phone's own browser has not logged in.
  await phone.go('shop');
  assert.equal(await phone.page.locator('#pseudonym').count(), 0);
});

test('whoever comes back in another browser is told so, and nothing is lost', async () => {
  const [one, other] = [await enrolled(), await person()];
  await one.begin('shop', 'register');
  // The wallet leads to the done page, whose address the person takes elsewhere.
  const nothing = { contentType: 'text/html', body: '' };
  await one.page.route('**/.well-known/pairnym/done', (route) => route.fulfill(nothing));
  await one.agree();
  await one.page.waitForURL(/\/done#./);
  const done = one.page.url();
  await other.page.goto(done);
  await other.page.getByText('You came back in another browser').waitFor();
  assert.ok(await other.page.getByRole('link', { name: 'Begin again' }).isVisible());
  assert.equal(await other.page.locator('input:not([type=hidden])').count(), 0, 'no code to type');
  // In its own browser it goes on.
  await one.page.unroute('**/.well-known/pairnym/done');
  await one.go('demo');
  await one.page.goto(done);
  await one.page.waitForURL(demo.at('shop'));
  assert.match(await one.page.textContent('#pseudonym'), /^pn1/);
});

test('no is no, and nobody learns why', async () => {
  const [adult, minor] = [await enrolled(), await enrolled(2)];
  await adult.begin('gov', 'register');
  await adult.decline();
  await minor.begin('video', 'register');
  assert.equal(await minor.page.locator('button[value=answer]').count(), 0);
  assert.match(await minor.page.innerText('[role=alert]'), /does not meet a condition[^(]*$/);
  await minor.decline();
  const said = [];
  for (const [one, host] of [[adult, 'gov'], [minor, 'video']]) {
    await one.go(host, '/pairnym/request');
    said.push(await one.page.innerText('main'));
  }
  assert.equal(said[0], said[1]);
  assert.match(said[0], /There was no answer, and nothing was disclosed/);
  assert.match(await column(adult, 'Cinema'), /Nobody yet/);
});

test('a platform that asks for too much is told nothing', async () => {
  const one = await enrolled();
  await one.begin('lottery', 'register');
  const shown = await one.page.innerText('main');
  assert.match(shown, /lottery\.localhost/);
  assert.match(shown, /name/);
  assert.equal(await one.page.locator('button[value=answer]').count(), 0);
  await one.go('lottery', '/pairnym/request');
  assert.equal(await one.page.getAttribute('[data-state]', 'data-state'), 'open');
});

test('a lost phone, and the same person on a new one', async () => {
  const one = await enrolled();
  const pseudonym = await one.answer('shop', 'register');
  await one.press('form[action="/log-out"] button');
  await one.go('id');
  await one.press('button[formaction="/lost"]');
  assert.match(await one.page.innerText('main'), /reported lost/);
  await one.go('demo');
  await one.page.goto(await one.page.getByText('Take another phone').getAttribute('href'));
  assert.equal(one.page.url(), demo.at('wallet'));
  await one.restoreWallet(one.words);
  assert.match(await one.page.innerText('main'), /None is listed here yet/);
  // A login needs no credential.
  assert.equal(await one.answer('shop', 'log-in'), pseudonym);
  await one.enroll(await one.identify(0));
  // The account is cancelled: nobody is there any more.
  await one.go('shop');
  await one.press('form[action="/leave"] button');
  assert.match(await column(one, 'Bookshop'), /Nobody yet/);
});

test('keys are rotated and withdrawn, and everybody stays who they are', async () => {
  const one = await enrolled();
  const pseudonym = await one.answer('shop', 'register');
  for (const what of ['rotate', 'withdraw', 'day']) {
    await one.go('demo', '/control');
    await one.press(`form[action="/${what}"] button`);
    await one.refresh();
    assert.equal(await one.answer('shop', 'log-in'), pseudonym, what);
    if (what === 'rotate') await one.answer('video', 'register');
    if (what === 'withdraw') await one.answer('gov', 'register');
  }
  await one.go('demo', '/control');
  const control = await one.page.innerText('main');
  assert.match(control, /withdrawn/);
  // The cinema's account came with the key that was stolen later, the others with another.
  assert.match(control, /shop\.localhost: 0\n.*video\.localhost: 1\n.*gov\.localhost: 0/s);
});

test('with a keyboard alone', async () => {
  const one = await enrolled();
  const { page } = one;
  /** Goes from one thing to the next until it is this one, which shows that it is. */
  const reach = async (selector) => {
    for (let times = 0; times < 60; times += 1) {
      await page.keyboard.press('Tab');
      const there = await page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
      if (!there) continue;
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(outline, 'none', `${selector} does not show that it has the focus`);
      return;
    }
    assert.fail(`${selector} cannot be reached`);
  };
  await one.go('video');
  await reach('a[href$="/pairnym/ask/register"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('button[value=same-device]');
  await reach('button[value=same-device]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('a.button');
  await reach('a.button');
  await page.keyboard.press('Enter');
  await page.waitForSelector('button[value=answer]');
  await reach('input[name=disclose]');
  await page.keyboard.press('Space');
  await reach('button[value=answer]');
  await page.keyboard.press('Enter');
  await page.waitForURL(demo.at('video'));
  assert.match(await page.textContent('#pseudonym'), /^pn1/);
});

test('without scripts: everything but coming back on the same device', async () => {
  const [phone, computer] = [await enrolled(0), await person({ javaScriptEnabled: false })];
  const text = await computer.show('shop', 'register');
  const digits = await phone.scan(text);
  // The page looks again by itself.
  await computer.page.waitForSelector('#digits');
  await computer.page.fill('#digits', digits);
  await computer.press('form button');
  await phone.page.waitForSelector('button[value=answer]');
  await phone.agree();
  await computer.page.waitForSelector('form[action="/welcome"] button');
  await computer.press('form[action="/welcome"] button');
  assert.match(await computer.page.textContent('#pseudonym'), /^pn1/);
  await computer.press('form[action="/do"] button');
  await computer.go('demo', '/knows');

  // A wallet without scripts, and its link pasted.
  const other = await person({ javaScriptEnabled: false });
  await other.makeWallet();
  await other.enroll(await other.identify(1));
  const again = await person();
  await other.go('wallet', '/answer');
  await other.page.fill('#link', await again.show('gov', 'register'));
  await other.press('form[action="/answer"] button');
  const read = await other.page.textContent('.digits');
  await again.type(read);
  await other.press('form[data-wait] button');
  await other.agree();
  await again.page.waitForURL(demo.at('gov'));

  // On the same device the last page says what is missing.
  await other.go('shop', '/pairnym/ask/register');
  await other.press('button[value=same-device]');
  const link = await other.page.textContent('#uri');
  await other.go('wallet', '/answer');
  await other.page.fill('#link', link);
  await other.press('form[action="/answer"] button');
  await other.agree();
  // (Playwright looks for no text in there.)
  await other.page.waitForSelector('noscript p');
  assert.match(await other.page.innerText('noscript p'), /needs scripts/);
});

for (const [locale, colorScheme] of [['en', 'light'], ['zh-CN', 'light'], ['zh-CN', 'dark']]) {
  test(`every page on a phone's width, for everybody: ${locale}, ${colorScheme}`, async () => {
    const found = [];
    const seen = new Set();
    const look = async (page) => {
      found.push(...await faults(page));
      const { lang, title } = await page.evaluate(() => ({ lang: document.documentElement.lang, title: document.title }));
      assert.equal(lang.slice(0, 2), locale.slice(0, 2), page.url());
      assert.ok(title.trim(), page.url());
      seen.add(new URL(page.url()).hostname);
    };
    const options = { look, locale, colorScheme, viewport: { width: 360, height: 740 } };
    const one = await enrolled(0, options);
    await one.go('demo');
    await one.go('demo', '/knows');
    await one.go('demo', '/control');
    await one.go('family');
    for (const host of ['shop', 'video', 'gov']) {
      await one.go(host);
      await one.answer(host, 'register');
    }
    await one.answer('gov', 'sign');
    await one.go('demo', '/knows');
    for (const path of ['/', '/platforms', '/history', '/knowledge', '/lost', '/backup', '/answer']) {
      await one.go('wallet', path);
    }
    await one.go('lottery');
    await one.begin('lottery', 'register');
    const computer = await person(options);
    const digits = await one.scan(await computer.show('shop', 'log-in'));
    await computer.type(digits);
    await one.page.waitForSelector('button[value=answer]');
    await one.decline();
    await computer.page.waitForSelector('[data-state=declined]', { state: 'attached' });
    await look(computer.page);
    await computer.go('demo', '/control');
    await computer.press('form[action="/withdraw"] button');
    await look(computer.page);
    await computer.go('id');
    await computer.press('button[formaction="/cancel"]');
    await look(computer.page);
    await computer.go('id');
    await computer.press('form button.first');
    await computer.page.getByText('waiting', { exact: true }).waitFor();
    await look(computer.page);
    assert.deepEqual(found, []);
    assert.equal(seen.size, 8);
  });
}

/** Latin words of a page, but for those of hosts, attributes and programs. */
async function latin(page) {
  const text = await page.locator('main').evaluate((main) => {
    const copy = main.cloneNode(true);
    for (const code of copy.querySelectorAll('code')) code.remove();
    return copy.textContent;
  });
  return text.replace(/[a-z]+\.localhost|（\w+）/g, '').match(/[A-Za-z]{2,}/g) ?? [];
}

const FAMILY = {
  en: {
    flag: '18 years old or older (age_over_18): no',
    refused: 'The person at the paired device declined.',
    columns: ['Bookshop', 'The child\'s phone', 'The guardian\'s phone', 'The state service'],
    asked: ['registration; agreed', 'login; declined', 'login; agreed'],
  },
  'zh-CN': {
    flag: '年满 18 周岁（age_over_18）：否',
    refused: '配对设备的使用者拒绝了。',
    columns: ['书店', '孩子的手机', '监护人的手机', '公共服务平台'],
    asked: ['注册；同意', '登录；不同意', '登录；同意'],
  },
};

async function family(locale, said) {
  const found = [];
  const look = async (page) => {
    found.push(...await faults(page));
    const ours = /\/\/(family|demo)\./.test(page.url());
    if (ours && locale === 'zh-CN') found.push(...await latin(page));
  };
  const one = await person({ look, locale, viewport: { width: 360, height: 740 } });
  const { page } = one;
  const press = async (selector) => {
    // The page looks again by itself while the phones talk to each other.
    await page.waitForSelector(selector);
    await page.click(selector);
  };
  await one.go('family');
  await press('form[action="/pair"] button');
  await page.waitForSelector('form[action="/decide"]');
  await look(page);
  const digits = await page.locator('.code').allTextContents();
  assert.equal(digits.length, 2);
  assert.equal(digits[0], digits[1]);
  await press('form[action="/decide"] button[value=yes]');
  await page.waitForSelector('form[action="/apply"]');
  const applied = await one.identify(3);
  await one.go('family');
  await page.fill('#code', applied);
  await press('form[action="/apply"] button');
  await page.waitForSelector('form[action="/session"]');
  const session = await one.identify(3);
  await one.go('family');
  await page.fill('#code', session);
  await press('form[action="/session"] button');
  await page.waitForSelector('form[action="/decide"]');
  await look(page);
  assert.ok((await page.innerText('main')).includes(said.flag));
  await press('form[action="/decide"] button[value=yes]');
  await page.waitForSelector('form[action="/come"]');

  /** The child begins at the bookshop, and the guardian decides. */
  const answer = async (ask, decision) => {
    await one.go('shop', `/pairnym/ask/${ask}`);
    await one.press('button[value=same-device]');
    const link = await page.textContent('#uri');
    await one.go('family');
    await page.fill('#link', link);
    await press('form[action="/come"] button');
    await press('form[action="/answer"] button[value=yes]');
    await page.waitForSelector('form[action="/decide"]');
    assert.match(await page.innerText('main'), /shop\.localhost/);
    await look(page);
    await press(`form[action="/decide"] button[value=${decision}]`);
  };
  await answer('register', 'yes');
  await press('#done');
  await page.waitForURL(demo.at('shop'));
  const pseudonym = await page.textContent('#pseudonym');
  await answer('log-in', 'no');
  await page.getByText('peer_declined').waitFor();
  await look(page);
  assert.ok((await page.innerText('main')).includes(said.refused));
  await one.go('shop', '/pairnym/request');
  assert.equal(await page.getAttribute('[data-state]', 'data-state'), 'declined');
  await answer('log-in', 'yes');
  await press('#done');
  await page.waitForURL(demo.at('shop'));
  assert.equal(await page.textContent('#pseudonym'), pseudonym);

  // Both phones and the bookshop know it, each with what it keeps of its own.
  const texts = [];
  for (const heading of said.columns) texts.push(await column(one, heading));
  assert.deepEqual(texts.map((text) => text.includes(pseudonym)), [true, true, true, false]);
  assert.deepEqual(texts.map((text) => text.includes(said.flag)), [false, true, true, false]);
  for (const asked of said.asked) assert.ok(texts[2].includes(asked), `${asked} in ${texts[2]}`);
  assert.deepEqual(found, []);
}

for (const [locale, said] of Object.entries(FAMILY)) {
  test(`a child and a guardian answer together, or not at all: ${locale}`, () => family(locale, said));
}
