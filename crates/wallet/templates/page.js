// Nothing here is needed: without it the person pastes the link, and presses the button.
'use strict';

// A platform's link has its request in the fragment, which leaves the address first.
const follow = () => {
  const field = document.getElementById('link');
  const fragment = location.hash.slice(1);
  if (!field || !fragment.includes('/')) return;
  history.replaceState(null, '', location.pathname);
  field.value = `pairnym:${fragment}`;
  if (field.form.matches('[data-link]')) field.form.requestSubmit();
};
addEventListener('hashchange', follow);
follow();

// The digits are shown while the platform is asked whether they were typed.
document.querySelector('form[data-wait]')?.requestSubmit();
