// One walk in Firefox: its addresses, cookies, forms and fragments are not Chromium's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from './demo.mjs';
import { launch } from './firefox.mjs';

test('Firefox: a wallet, the counter, registration and login', async () => {
  const demo = await start();
  const { tab, stop } = await launch();
  try {
    await tab.go(demo.at('wallet'));
    await tab.type('#passphrase', 'a passphrase of mine');
    await tab.type('#again', 'a passphrase of mine');
    await tab.click('form[action="/create"] button');
    await tab.wait('ol.words');
    const words = await tab.read('[...document.querySelectorAll("ol.words[lang=en] li")].map((word) => word.textContent).join(" ")');
    await tab.go(demo.at('wallet', '/confirm'));
    await tab.type('#words', words);
    await tab.click('form[action="/confirm"] button');
    await tab.until('location.pathname === "/"');
    await tab.go(demo.at('id'));
    await tab.click('form button.first');
    const code = await tab.text('#code');
    await tab.go(demo.at('wallet', '/enroll'));
    await tab.type('#code', code);
    await tab.click('form[action="/enroll"] button');
    await tab.click('button[value=take]');
    await tab.until('location.pathname === "/"');

    /** From the bookshop to the wallet and back: the 网号 that the bookshop shows. */
    const answer = async (ask) => {
      await tab.go(demo.at('shop', `/pairnym/ask/${ask}`));
      await tab.click('button[value=same-device]');
      await tab.click('a.button');
      await tab.until('location.hostname === "wallet.localhost"');
      await tab.click('button[value=answer]');
      await tab.until(`location.href === "${demo.at('shop')}"`);
      return tab.text('#pseudonym');
    };
    const pseudonym = await answer('register');
    assert.match(pseudonym, /^pn1/);
    await tab.click('form[action="/log-out"] button');
    await tab.wait('a[href$="/pairnym/ask/log-in"]');
    assert.equal(await answer('log-in'), pseudonym);
  } finally {
    await stop();
    await demo.stop();
  }
});
