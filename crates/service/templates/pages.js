// What the pages do better with scripts. Nothing here is needed but for coming back with a code.
'use strict';

// The done page: the code is in the fragment, which leaves the address first.
const done = document.getElementById('done');
if (done) {
  const code = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  const failed = () => { document.getElementById('failed').hidden = false; };
  fetch(location.pathname, {
    method: 'POST',
    credentials: 'omit',
    redirect: 'error',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  })
    .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
    .then(({ to }) => location.replace(`${to}#pairnym=${code}`))
    .catch(failed);
}

// The page that began: posts the code with its cookie.
const back = document.getElementById('return');
if (back) {
  const [name, code] = location.hash.slice(1).split('=');
  history.replaceState(null, '', location.pathname + location.search);
  if (name === 'pairnym' && code) {
    back.elements.code.value = code;
    back.submit();
  } else {
    document.getElementById('failed').hidden = false;
  }
}

// The page that waits: shows the next state once there is one.
const state = document.querySelector('[data-state]')?.dataset.state;
const wait = () => fetch(`/pairnym/status?seen=${state}`, { redirect: 'error' })
  .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
  .then((next) => (next.state === state ? wait() : location.replace('/pairnym/request')))
  .catch(() => setTimeout(wait, 3000));
if (['open', 'pairing', 'paired'].includes(state)) {
  wait();
} else if (state === 'answered') {
  document.querySelector('form')?.submit();
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    navigator.clipboard.writeText(text).then(() => { button.textContent = button.dataset.copied; });
  });
}
