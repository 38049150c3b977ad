// The live view: one panel a subject, each told every overview.
import { card, element, replace, say, sparkline, table } from './dom.js';
import * as show from './format.js';

const by = (value) => (a, b) => value(b) - value(a);

function tile(title, series) {
  const value = element('span');
  const note = element('small');
  const chart = series ? sparkline() : undefined;
  const node = element('dl', { class: 'card tile' }, element('dt', {}, title), element('dd', {}, value, note), chart?.node);
  return { node, set: (text, detail, point) => { say(value, text); say(note, detail); chart?.push(point); } };
}

function tiles() {
  const all = {
    requests: tile('Requests', true), latency: tile('Latency, 99 %', true), commits: tile('Changes committed', true),
    generations: tile('Generations', true), money: tile('Money in today', true), tokens: tile('Tokens out today', true),
  };
  const update = ({ http, writers, generations, today }) => {
    all.requests.set(`${show.rate(http.per_second)}/s`, `${show.count(http.requests)} since the start`, http.per_second);
    all.latency.set(show.milliseconds(http.p99_ms), `half within ${show.milliseconds(http.p50_ms)}`, http.p99_ms);
    all.commits.set(`${show.rate(writers.committed_per_second)}/s`, `commit in ${show.milliseconds(writers.p50_ms)}`, writers.committed_per_second);
    const running = generations.engines.reduce((n, e) => n + e.running, 0);
    const queued = generations.engines.reduce((n, e) => n + e.queued, 0);
    all.generations.set(`${running} running`, `${queued} waiting`, running + queued);
    const out = Math.max(0, -(today?.tokens.spend ?? 0));
    const back = today?.tokens.refund ?? 0;
    all.money.set(today ? show.money(today.amount_cents, today.currency) : '–', today ? show.many(today.payments, 'payment') : 'the database is silent', today?.amount_cents ?? 0);
    all.tokens.set(today ? show.count(out) : '–', back ? `${show.count(back)} given back` : 'none given back', out);
  };
  return { node: element('div', { class: 'tiles' }, ...Object.values(all).map((t) => t.node)), update };
}

function health() {
  const parts = element('div', { class: 'parts' });
  const facts = element('div', { class: 'facts' });
  const update = ({ health: all, process, payment_alarms: alarms }) => {
    replace(parts, ...all.map((p) => element('span', { title: p.detail },
      element('span', { class: `dot ${p.ok ? '' : 'bad'}` }), `${p.name}${p.ok ? '' : `: ${p.detail}`}`)),
    alarms ? element('span', { class: 'badge bad' }, show.many(alarms, 'payment alarm')) : undefined);
    replace(facts, ...[`up ${show.seconds((Date.now() - Date.parse(process.started_at)) / 1000)}`,
      `${process.processors_busy.toFixed(2)} processors`, show.bytes(process.memory_bytes),
      process.disk_size_bytes ? `${show.bytes(process.disk_free_bytes)} free on disk` : undefined, `version ${process.version}`]
      .filter(Boolean).map((text) => element('span', {}, text)));
  };
  return { node: element('section', { class: 'card health', 'aria-label': 'Health' }, parts, facts), update };
}

const latency = (limit) => (row) => (row.p99_ms > limit * 4 ? 'bad' : row.p99_ms > limit ? 'warn' : row.p99_ms ? '' : 'idle');

function routes() {
  const aside = element('span', { class: 'quiet' });
  const rows = table([
    { title: 'Route', text: (r) => element('span', {}, element('span', { class: 'method' }, r.method), ' ', r.route) },
    { title: 'per s', text: (r) => show.rate(r.per_second), mark: (r) => (r.per_second ? '' : 'idle') },
    { title: 'p50', class: 'later', text: (r) => show.milliseconds(r.p50_ms), mark: (r) => (r.p50_ms ? '' : 'idle') },
    { title: 'p99', text: (r) => show.milliseconds(r.p99_ms), mark: latency(500) },
    { title: 'errors', text: (r) => show.count(r.errors), mark: (r) => (r.errors ? 'bad' : 'idle') },
    { title: 'total', class: 'later', text: (r) => show.count(r.requests) },
  ], { key: (r) => `${r.listener} ${r.method} ${r.route}`, empty: 'No request has come yet.' });
  const refusals = element('div', { class: 'chips' });
  const update = ({ http }) => {
    say(aside, `${show.count(http.connections)} connections · ${show.count(http.event_streams)} streams`);
    rows.update([...http.routes].sort((a, b) => (b.listener === 'public') - (a.listener === 'public') || b.per_second - a.per_second || b.requests - a.requests));
    replace(refusals, ...Object.entries(http.refusals).filter(([, n]) => n > 0).map(([reason, n]) =>
      element('span', { class: 'badge warn' }, `${show.words(reason)} ${show.count(n)}`)));
  };
  return { node: card('Requests by route', { aside }, rows.node, refusals), update };
}

function actors(drill) {
  const aside = element('span', { class: 'quiet' });
  const rows = table([
    { title: 'Actors', text: (a) => a.kind },
    { title: 'live', text: (a) => show.count(a.live) },
    { title: 'spawned', class: 'later', text: (a) => show.count(a.spawned) },
    { title: 'restarts', text: (a) => show.count(a.restarts), mark: (a) => (a.restarts ? 'warn' : 'idle') },
    { title: 'mailbox', text: (a) => show.count(a.mailbox), mark: (a) => (a.mailbox > 1000 ? 'bad' : a.mailbox > 100 ? 'warn' : a.mailbox ? '' : 'idle') },
    { title: 'msg/s', text: (a) => show.rate(a.per_second), mark: (a) => (a.per_second ? '' : 'idle') },
    { title: 'p99', class: 'later', text: (a) => show.milliseconds(a.p99_ms), mark: latency(20) },
    { title: 'slowest', class: 'later', text: (a) => (a.slowest_ms ? `≤ ${show.milliseconds(a.slowest_ms)}` : '–'), mark: (a) => (a.slowest_ms > 100 ? 'warn' : 'idle') },
  ], { key: (a) => a.kind, open: drill });
  const update = ({ actors: all }) => {
    say(aside, `${show.count(all.reduce((n, a) => n + a.live, 0))} alive`);
    rows.update([...all].sort(by((a) => a.live)));
  };
  return { node: card('Actor families', { aside }, rows.node), update };
}

/** A list of facts that keep their places. */
function facts(...titles) {
  const values = titles.map(() => element('dd'));
  const node = element('dl', { class: 'facts-grid' }, ...titles.map((t, i) => element('div', {}, element('dt', {}, t), values[i])));
  return { node, set: (...texts) => texts.forEach((text, i) => say(values[i], text)) };
}

function writers() {
  const state = element('span', { class: 'badge' });
  const values = facts('Batches', 'In a batch', 'Commit, half', 'Commit, 99 %', 'Waiting', 'Rejected');
  const update = ({ writers: w }) => {
    const all = w.connected === w.count;
    say(state, `${w.connected} of ${w.count} connected`);
    state.className = `badge ${all ? 'good' : 'bad'}`;
    values.set(`${show.rate(w.batches_per_second)}/s`, w.batch_size ? w.batch_size.toFixed(1) : '–', show.milliseconds(w.p50_ms),
      show.milliseconds(w.p99_ms), show.count(w.backlog), show.count(w.rejected));
  };
  return { node: card('Writers', { aside: state }, element('div', { class: 'body' }, values.node)), update };
}

function bar(title, text, ...parts) {
  const node = element('div', { class: 'bar' }, element('span', {}, title), element('b', {}, text));
  const track = element('div', { class: 'track' }, ...parts.map(([part, kind]) => {
    const piece = element('i', { class: kind });
    piece.style.width = `${100 * part}%`;
    return piece;
  }));
  node.append(track);
  return node;
}

function generations() {
  const aside = element('span', { class: 'quiet' });
  const engines = element('div', { class: 'bars' });
  const users = element('div', { class: 'bars' });
  const times = element('p', { class: 'sub' });
  const update = ({ generations: g }) => {
    say(aside, `${show.count(g.states.succeeded ?? 0)} done · ${show.count(g.states.failed ?? 0)} failed`);
    say(times, `By user, running + waiting${g.run_p50_ms ? `. Half wait ${show.milliseconds(g.wait_p50_ms)} at most, and run ${show.milliseconds(g.run_p50_ms)}.` : ''}`);
    const most = Math.max(1, ...g.engines.map((e) => e.queued + e.running));
    replace(engines, ...g.engines.map((e) => bar(
      element('span', {}, e.engine, e.left_alone ? element('span', { class: 'badge bad' }, 'left alone') : undefined),
      `${e.running} running · ${e.queued} waiting`, [e.running / most, ''], [e.queued / most, 'second'])));
    const loads = g.users ?? [];
    const top = Math.max(1, ...loads.map((u) => u.queued + u.running));
    replace(users, ...(loads.length ? loads.slice(0, 8).map((u) => bar(`User ${u.user_id}`, `${u.running} + ${u.queued}`,
      [u.running / top, ''], [u.queued / top, 'second'])) : [element('p', { class: 'quiet' }, 'Nobody waits.')]));
  };
  return { node: card('Generation queue', { aside }, element('div', { class: 'body' },
    engines, times, users)), update };
}

const verdict_kind = (verdict) => (/^(credited|repeated|duplicate|accepted|approved|noted|applied|refunded|declined)/.test(verdict) ? 'good'
  : /signature|foreign|mismatch|unknown|contradict|twice/.test(verdict) ? 'bad' : '');

function webhooks() {
  const list = element('ul', { class: 'lines' });
  const out = element('ul', { class: 'lines' });
  const update = ({ webhooks: all, deliveries }) => {
    replace(list, ...(all.length ? all.map((w) => element('li', {},
      element('span', {}, w.type, ' ', element('span', { class: `badge ${verdict_kind(w.verdict)}` }, show.words(w.verdict))), element('b', {}, show.count(w.count))))
      : [element('li', { class: 'quiet' }, 'The gateway has sent nothing yet.')]));
    replace(out, ...Object.entries({ ...deliveries.results, waiting: deliveries.waiting }).map(([name, n]) =>
      element('li', {}, element('span', { class: 'quiet' }, show.words(name)), element('b', {}, show.count(n)))));
  };
  return { node: card('Webhooks', {}, element('div', { class: 'body' }, list, element('p', { class: 'sub' }, 'Sent to users’ servers'), out)), update };
}

function books() {
  const flow = element('ul', { class: 'lines' });
  const state = element('ul', { class: 'lines' });
  const update = ({ today, audit, reconciled_until: until, mails }) => {
    const moved = Object.entries(today?.tokens ?? {});
    replace(flow, ...(moved.length ? moved.map(([name, n]) => element('li', {}, element('span', { class: 'quiet' }, show.words(name)),
      element('b', {}, `${n > 0 ? '+' : ''}${show.count(n)}`))) : [element('li', { class: 'quiet' }, 'No token has moved today.')]));
    const verdict = !audit.finished_at ? ['warn', 'never run'] : audit.violations ? ['bad', show.many(audit.violations, 'violation')] : ['good', 'books agree'];
    replace(state,
      element('li', {}, element('span', {}, 'Audit ', element('span', { class: 'quiet' }, audit.finished_at ? show.ago(audit.finished_at) : '')), element('span', { class: `badge ${verdict[0]}` }, verdict[1])),
      element('li', {}, element('span', {}, 'Compared with the gateway'), element('span', { class: 'quiet' }, until ? `until ${until.slice(0, 10)}` : 'not yet')),
      element('li', {}, element('span', {}, 'Mails waiting'), element('b', {}, show.count(mails.waiting))));
  };
  return { node: card('Books', {}, element('div', { class: 'body' }, element('p', { class: 'sub' }, 'Tokens today'), flow,
    element('p', { class: 'sub' }, 'Checks'), state)), update };
}

function restarts() {
  const list = element('ul', { class: 'lines' });
  const update = ({ restarts: all }) => replace(list, ...(all.length ? all.slice(0, 12).map((r) => element('li', { title: show.time(r.at) },
    element('span', {}, element('b', {}, r.kind), ` ${r.reason}`), element('span', { class: 'quiet' }, show.ago(r.at))))
    : [element('li', { class: 'quiet' }, 'No actor has crashed since the start.')]));
  return { node: card('Recent restarts', {}, element('div', { class: 'body' }, list)), update };
}

/** All of them in `place`; gives the function that is told each overview. */
export function panels(place, { drill }) {
  const of = { health: health(), tiles: tiles(), routes: routes(), actors: actors(drill), writers: writers(), generations: generations(),
    webhooks: webhooks(), books: books(), restarts: restarts() };
  const stack = (width, ...all) => element('div', { class: `stack ${width}` }, ...all.map((p) => p.node));
  replace(place, of.health.node, of.tiles.node, element('div', { class: 'columns' },
    stack('w8', of.routes, of.actors, of.restarts), stack('w4', of.writers, of.generations, of.books, of.webhooks)));
  return (overview) => { for (const panel of Object.values(of)) panel.update(overview); };
}
