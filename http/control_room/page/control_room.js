// The control room: signs an operator in, follows the service, and leads to what can be done.
import { call, follow, token } from './api.js';
import { element, replace, say, table } from './dom.js';
import * as show from './format.js';
import { management } from './management.js';
import { panels } from './panels.js';

const at = (id) => document.getElementById(id);
const drawer = at('drawer');
const levels = ['trace', 'debug', 'info', 'warn', 'error'];
let following;
let latest;

function sign_in(problem = '') {
  following?.abort();
  token.forget();
  if (drawer.open) drawer.close();
  at('room').hidden = true;
  at('sign_in').hidden = false;
  say(document.querySelector('#sign_in .problem'), problem);
  at('token').value = '';
  at('token').focus();
}

async function open_room() {
  const first = await call('GET', '/ops/overview');
  at('sign_in').hidden = true;
  at('room').hidden = false;
  const update = panels(at('live'), { drill });
  const overview = (now) => {
    latest = now;
    update(now);
    if (document.activeElement !== at('level')) at('level').value = now.log.level;
  };
  overview(first);
  connected(true);
  following = new AbortController();
  follow(following.signal, { overview, connected });
}

function connected(yes) {
  const sound = latest?.health.every((part) => part.ok);
  replace(at('connection'), element('span', { class: `dot ${yes ? (sound ? '' : 'bad') : 'warn'}` }), yes ? (sound ? 'Connected' : 'Something is wrong') : 'Connecting again…');
  at('live').classList.toggle('stale', !yes);
}

/** The actors of one family, one by one. */
function drill(family) {
  const rows = table([
    { title: 'Key', text: (a) => a.key },
    { title: 'last command', text: (a) => (a.seconds_idle < 1 ? 'now' : `${show.seconds(a.seconds_idle)} ago`) },
  ], { key: (a) => a.key, empty: 'None is alive now.' });
  const note = element('p', { class: 'quiet' }, 'Looking…');
  const load = async () => {
    if (document.hidden) return;
    try {
      const { live, data } = await call('GET', `/ops/actors/${encodeURIComponent(family.kind)}?limit=200`);
      say(note, data.length < live ? `${show.count(data.length)} of ${show.count(live)} are shown.` : `${show.count(live)} alive.`);
      rows.update(data.sort((a, b) => a.seconds_idle - b.seconds_idle));
    } catch (error) {
      say(note, error.status === 404 ? 'There is one of it, or a fixed number: nothing to look into.' : error.message);
      if (error.status === 404) clearInterval(timer);
    }
  };
  const timer = setInterval(load, 2000);
  const now = latest.actors.find((a) => a.kind === family.kind);
  open_drawer(`Actors: ${family.kind}`, element('div', { class: 'body stack' }, note, element('dl', { class: 'record' },
    ...[['spawned', show.count(now.spawned)], ['restarts', show.count(now.restarts)], ['in mailboxes', show.count(now.mailbox)],
      ['messages handled', show.count(now.messages)], ['handler, half within', show.milliseconds(now.p50_ms)],
      ['handler, 99 % within', show.milliseconds(now.p99_ms)], ['slowest so far', `≤ ${show.milliseconds(now.slowest_ms)}`]]
      .flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]))), rows.node);
  drawer.addEventListener('close', () => clearInterval(timer), { once: true });
  load();
}

export function open_drawer(title, ...children) {
  replace(drawer, element('div', { class: 'head' }, element('h2', {}, title),
    element('button', { class: 'plain', click: () => drawer.close() }, 'Close')), ...children);
  drawer.setAttribute('aria-label', title);
  if (!drawer.open) drawer.showModal();
}

function choose_view() {
  const manage = location.hash.startsWith('#manage');
  at('live').hidden = manage;
  at('manage').hidden = !manage;
  for (const link of document.querySelectorAll('nav a'))
    link.toggleAttribute('aria-current', link.hash === (manage ? '#manage' : '#live'));
  if (manage && token.get()) management(at('manage'), { open_drawer, close_drawer: () => drawer.close() });
}

replace(at('level'), ...levels.map((level) => element('option', { value: level }, level)));
at('level').addEventListener('change', async ({ target }) => {
  try {
    target.value = (await call('PUT', '/ops/log', { body: { level: target.value } })).level;
  } finally {
    target.blur();
  }
});
document.querySelector('#sign_in form').addEventListener('submit', async (event) => {
  event.preventDefault();
  token.set(at('token').value.trim());
  try {
    await open_room();
    choose_view();
  } catch (error) {
    sign_in(error.status === 401 ? 'No operator has this token.' : error.message);
  }
});
at('sign_out').addEventListener('click', () => sign_in());
drawer.addEventListener('click', (event) => { if (event.target === drawer) drawer.close(); });
addEventListener('signed_out', () => { if (!at('room').hidden) sign_in('This token is not good any more.'); });
addEventListener('hashchange', choose_view);
choose_view();
if (token.get()) open_room().then(choose_view).catch((error) => sign_in(error.status === 401 ? '' : error.message));
else sign_in();
