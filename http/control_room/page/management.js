// What operators do: users, payments, generations, the catalogue and the books. Everything goes through the API of the
// operator's listener, which notes in the audit log what changes something.
import { call } from './api.js';
import { card, element, replace, say, table } from './dom.js';
import * as show from './format.js';

const badge = (text, kind = '') => element('span', { class: `badge ${kind}` }, show.words(String(text)));

const state_kind = { succeeded: 'good', paid: 'good', failed: 'bad', refunded: 'warn', partially_refunded: 'warn' };
const state = (text) => badge(text, state_kind[text] ?? '');

const columns = {
  id: { title: 'Id', text: (r) => r.id },
  name: { title: 'Name', text: (r) => r.name },
  active: { title: 'On sale', text: (r) => (r.active ? badge('yes', 'good') : badge('retired')) },
  price: { title: 'Price', text: (r) => show.money(r.price_cents, r.currency) },
  tokens: { title: 'Tokens', text: (r) => show.count(r.tokens_amount) },
  user: { title: 'User', text: (r) => r.user_id },
  status: { title: 'Status', text: (r) => state(r.status) },
  amount: { title: 'Amount', text: (r) => show.money(r.amount_cents, r.currency) },
  created: { title: 'Created', class: 'later', text: (r) => show.time(r.created_at) },
};

const number = { type: 'number', min: 1 };
const catalogue = [
  { id: 'styles', title: 'Styles', one: 'style', columns: [columns.name, columns.id, columns.active],
    fields: [['name', 'Name'], ['prompt', 'What the engine is told', { long: true }]] },
  { id: 'token_packages', title: 'Packages', one: 'package', columns: [columns.name, columns.id, columns.tokens, columns.price, columns.active],
    fields: [['name', 'Name'], ['tokens_amount', 'Tokens', number], ['price_cents', 'Price, in cents', number], ['validity_days', 'Days that its tokens live', number]] },
  { id: 'subscription_plans', title: 'Plans', one: 'plan', columns: [columns.name, columns.id, columns.tokens, columns.price, columns.active],
    fields: [['name', 'Name'], ['tokens_amount', 'Tokens each period', number], ['price_cents', 'Price, in cents', number],
      ['interval', 'Interval', { options: ['day', 'week', 'month'] }], ['interval_count', 'Intervals in a period', number]] },
];

const searches = [
  { id: 'users', title: 'Users', columns: [{ title: 'Address', text: (u) => u.email }, columns.id, { title: 'Balance', class: 'later', text: (u) => show.count(u.balance) },
    { title: 'State', text: (u) => (u.blocked ? badge('blocked', 'bad') : u.deleted_at ? badge('closed') : u.confirmed_at ? badge('confirmed', 'good') : badge('not confirmed', 'warn')) }],
  filters: [['email', 'Address begins with']], detail: user_detail },
  { id: 'payments', title: 'Payments', columns: [{ title: 'Invoice', text: (p) => p.invoice_id }, columns.user, columns.status, columns.amount, columns.created],
    filters: [['user_id', 'User'], ['status', 'Status', ['', 'pending', 'paid', 'partially_refunded', 'refunded', 'authorized', 'cancelled', 'expired']], ['invoice_id', 'Invoice'],
      ['transaction_id', 'Transaction']], detail: payment_detail },
  { id: 'generations', title: 'Generations', columns: [columns.id, columns.user, columns.status,
    { title: 'Error', class: 'later', text: (g) => g.error?.code ?? '' }, columns.created],
  filters: [['user_id', 'User'], ['status', 'Status', ['', 'queued', 'running', 'succeeded', 'failed']]], detail: generation_detail },
  { id: 'notifications', title: 'Notifications', columns: [{ title: 'Type', text: (n) => n.type }, columns.id, { title: 'Verdict', text: (n) => badge(n.verdict ?? '–') },
    { title: 'Came', class: 'later', text: (n) => show.time(n.received_at ?? n.created_at) }],
  filters: [['type', 'Type'], ['verdict', 'Verdict']], detail: notification_detail },
  { id: 'actions', title: 'Audit log', columns: [{ title: 'Action', text: (a) => a.action }, { title: 'Operator', class: 'later', text: (a) => a.operator },
    { title: 'Outcome', text: (a) => badge(a.outcome ?? 'under way', /^2\d\d$/.test(a.outcome) ? 'good' : /^[45]\d\d$/.test(a.outcome) ? 'warn' : '') },
    { title: 'When', class: 'later', text: (a) => show.time(a.begun_at) }],
  filters: [['operator', 'Operator']], detail: (a) => [record(a)] },
];

let room; // {open_drawer, close_drawer}

/** Everything that a record says. */
function record(data) {
  const text = (key, value) => {
    if (value === null || value === undefined || value === '') return '–';
    if (key.endsWith('_cents')) return show.money(value, data.currency);
    if (key.endsWith('_at')) return show.time(value);
    if (typeof value === 'object') return element('code', {}, JSON.stringify(value));
    return String(value);
  };
  return element('dl', { class: 'record' }, ...Object.entries(data)
    .flatMap(([key, value]) => [element('dt', {}, show.words(key)), element('dd', {}, text(key, value))]));
}

/** A button that does something once, and says how it went. */
function act(label, run, { kind = '', confirm: question } = {}) {
  const note = element('p', { class: 'problem', role: 'alert' });
  const button = element('button', { type: 'button', class: kind, click: async () => {
    if (question && !confirm(question)) return;
    button.disabled = true;
    say(note, '');
    try {
      await run();
    } catch (error) {
      say(note, error.message);
    }
    button.disabled = false;
  } }, label);
  return element('div', {}, button, note);
}

/** A form; `save` gets the values that are filled in. */
function form(fields, values, label, save) {
  const inputs = fields.map(([name, title, kind = {}]) => {
    const input = kind.options ? element('select', { name }, ...kind.options.map((o) => element('option', {}, o)))
      : kind.long ? element('textarea', { name, required: true })
        : element('input', { name, type: kind.type ?? 'text', min: kind.min, required: kind.optional ? undefined : true });
    if (values[name] !== undefined && values[name] !== null) input.value = values[name];
    return [name, input, kind, element('label', {}, title, input)];
  });
  const note = element('p', { class: 'problem', role: 'alert' });
  return element('form', { class: 'form', submit: async (event) => {
    event.preventDefault();
    say(note, '');
    const filled = inputs.filter(([, input]) => input.value !== '')
      .map(([name, input, kind]) => [name, kind.type === 'number' ? Number(input.value) : input.value]);
    try {
      await save(Object.fromEntries(filled));
    } catch (error) {
      say(note, error.message);
    }
  } }, ...inputs.map(([, , , node]) => node), note, element('div', { class: 'actions' }, element('button', { class: 'primary' }, label)));
}

const body = (...children) => element('div', { class: 'body stack' }, ...children);

/** A page of records that goes on with its cursor. */
function list(columns_of, path, { open, empty }) {
  let rows = [];
  let cursor;
  const view = table(columns_of, { key: (r) => r.id ?? r.day ?? r.finished_at, open, empty });
  const note = element('p', { class: 'empty problem', role: 'alert' });
  const more = element('button', { type: 'button', click: () => load(true) }, 'More');
  const load = async (further = false) => {
    const query = new URLSearchParams(Object.entries(path.query?.() ?? {}).filter(([, value]) => value !== ''));
    if (further && cursor) query.set('cursor', cursor);
    try {
      const page = await call('GET', `${path.to}${query.size ? `?${query}` : ''}`);
      rows = further ? rows.concat(page.data) : page.data;
      cursor = page.next_cursor;
      view.update(rows);
      view.node.hidden = false;
      path.running?.(page.running);
      say(note, '');
    } catch (error) {
      view.update([]);
      view.node.hidden = true;
      say(note, error.message);
    }
    more.hidden = !cursor;
  };
  more.hidden = true;
  return { node: element('div', {}, view.node, note, element('div', { class: 'more' }, more)), load };
}

function goods(kind) {
  const path = `/ops/${kind.id}`;
  const edit = (old) => {
    const changed = async () => { room.close_drawer(); await rows.load(); };
    const save = async (values) => {
      await (old ? call('PATCH', `${path}/${old.id}`, { body: Object.fromEntries(Object.entries(values).filter(([name, v]) => v !== old[name])) })
        : call('POST', path, { body: values }));
      await changed();
    };
    const fields = old ? kind.fields.filter(([name]) => name !== 'name' && name in old) : kind.fields;
    room.open_drawer(old ? old.name : `New ${kind.one}`, body(form(fields, old ?? {}, old ? 'Save' : 'Create', save),
      old ? act(old.active ? 'Retire' : 'Bring back', async () => { await call('PATCH', `${path}/${old.id}`, { body: { active: !old.active } }); await changed(); },
        { kind: old.active ? 'danger' : '' }) : undefined));
  };
  const rows = list(kind.columns, { to: path }, { open: edit, empty: `There is no ${kind.one} yet.` });
  const add = element('button', { class: 'primary', type: 'button', click: () => edit() }, `New ${kind.one}`);
  return { node: card(kind.title, { aside: add }, rows.node), load: rows.load };
}

function search(kind) {
  const inputs = Object.fromEntries(kind.filters.map(([name, , options]) => [name,
    options ? element('select', { name }, ...options.map((o) => element('option', { value: o }, o || 'any'))) : element('input', { name, autocomplete: 'off' })]));
  const rows = list(kind.columns, { to: `/ops/${kind.id}`, query: () => Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()])) },
    { empty: 'Nothing is found.', open: async (one) => {
      const refresh = async () => room.open_drawer(kind.title, body(...await kind.detail(one, refresh)));
      try { await refresh(); } catch (error) { room.open_drawer(kind.title, body(record(one), element('p', { class: 'problem' }, error.message))); }
    } });
  const filters = element('form', { class: 'filters', submit: (event) => { event.preventDefault(); rows.load(); } },
    ...kind.filters.map(([name, title]) => element('label', {}, title, inputs[name])), element('button', { class: 'primary' }, 'Find'));
  return { node: card(kind.title, {}, filters, rows.node), load: rows.load };
}

/** The same key however often one form is sent: the command happens once. Browsers give names only on secure pages. */
const once = () => ({ 'Idempotency-Key': [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('') });

async function user_detail(one, refresh) {
  const user = await call('GET', `/ops/users/${one.id}`);
  const key = once();
  return [record(user),
    user.blocked ? act('Unblock', async () => { await call('DELETE', `/ops/users/${one.id}/block`); await refresh(); })
      : form([['reason', 'Why this user is blocked']], {}, 'Block', async (values) => { await call('PUT', `/ops/users/${one.id}/block`, { body: values }); await refresh(); }),
    form([['tokens', 'Give tokens', number], ['valid_days', 'Days that they live; empty: 90', { ...number, optional: true }]], {}, 'Give',
      async (values) => { await call('POST', `/ops/users/${one.id}/grants`, { body: values, headers: key }); await refresh(); })];
}

async function payment_detail(one, refresh) {
  const payment = await call('GET', `/ops/payments/${one.id}`);
  const key = once();
  return [record(payment), payment.paid_at ? form([['amount_cents', 'Refund, in cents; empty: all that is left', { ...number, optional: true }]], {}, 'Refund',
    async (values) => { await call('POST', `/ops/payments/${one.id}/refunds`, { body: values, headers: key }); await refresh(); }) : undefined];
}

async function generation_detail(one, refresh) {
  const generation = await call('GET', `/ops/generations/${one.id}`);
  const open = generation.status === 'queued' || generation.status === 'running';
  const note = element('p', { role: 'status' });
  return [record(generation),
    open ? act('Cancel', async () => { await call('POST', `/ops/generations/${one.id}/cancel`); await refresh(); },
      { kind: 'danger', confirm: 'Cancel it? The tokens go back.' }) : undefined,
    generation.status === 'failed' ? act('Try again', async () => say(note, `Generation ${(await call('POST', `/ops/generations/${one.id}/retry`)).id} is queued.`)) : undefined, note];
}

async function notification_detail(one) {
  const whole = await call('GET', `/ops/notifications/${one.id}`);
  const note = element('p', { role: 'status' });
  return [record(whole), act('Deliver once more', async () => say(note, `Verdict: ${show.words((await call('POST', `/ops/notifications/${one.id}/replay`)).verdict)}`)), note];
}

/** Reports of one kind, and how far the one is that is under way. */
function reports(title, columns_of, path, starter) {
  const progress = element('p', { class: 'empty', role: 'status' });
  const rows = list(columns_of, { to: path, running: (now) => {
    say(progress, now ? `${now.day ?? ''} ${now.step}/${now.steps}: ${now.name}` : '');
    if (now && progress.isConnected) setTimeout(rows.load, 1000);
  } }, { open: (r) => room.open_drawer(title, body(record(r))), empty: 'None has run.' });
  return { node: card(title, {}, element('div', { class: 'body' }, starter(rows.load)), progress, rows.node), load: rows.load };
}

/** Audits, and comparisons with the gateway. */
function books() {
  const found = (n) => (n ? badge(`${n} found`, 'bad') : badge('in order', 'good'));
  const audits = reports('Audits', [{ title: 'Ended', text: (r) => show.time(r.finished_at) }, { title: 'Violations', text: (r) => found(r.violations) }], '/ops/audits',
    (load) => act('Audit now', async () => { await call('POST', '/ops/audits'); await load(); }));
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const comparisons = reports('Comparisons with the gateway', [{ title: 'Day', text: (r) => r.day }, { title: 'Transactions', text: (r) => show.count(r.transactions) },
    { title: 'Differences', text: (r) => found(r.differences.length) }], '/ops/reconciliations',
  (load) => form([['day', 'Day', { type: 'date' }]], { day: yesterday }, 'Compare', async (values) => { await call('POST', '/ops/reconciliations', { body: values }); await load(); }));
  return { node: element('div', { class: 'stack' }, audits.node, comparisons.node), load: () => Promise.all([audits.load(), comparisons.load()]) };
}

const sections = [...searches.slice(0, 3).map((kind) => ({ ...kind, make: () => search(kind) })),
  ...catalogue.map((kind) => ({ ...kind, make: () => goods(kind) })),
  { id: 'books', title: 'Books', make: books }, ...searches.slice(3).map((kind) => ({ ...kind, make: () => search(kind) }))];

/** Shows the section that the address names, `#manage/users` for one. */
export function management(place, drawers) {
  room = drawers;
  const wanted = sections.find((s) => location.hash === `#manage/${s.id}`) ?? sections[0];
  const tabs = element('div', { class: 'tabs', role: 'tablist' }, ...sections.map((s) => element('button', {
    type: 'button', role: 'tab', 'aria-selected': String(s === wanted), click: () => { location.hash = `#manage/${s.id}`; } }, s.title)));
  const section = wanted.make();
  replace(place, tabs, section.node);
  tabs.querySelector('[aria-selected="true"]').scrollIntoView({ block: 'nearest', inline: 'center' });
  section.load();
}
