// The control room in a browser, beside a service at work.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withPage } from './support/browser.mjs';
import { until, withService } from './support/service.mjs';

// Where to keep pictures of it, for people to look at.
const gallery = process.env.ATELIER_SCREENSHOTS;
if (gallery) mkdirSync(gallery, { recursive: true });
const picture = async (page, name) => gallery && page.screenshot({ path: path.join(gallery, `${name}.png`) });

const tile = (page, title) => page.locator('.tile', { hasText: title }).locator('dd');
const panel = (page, name) => page.getByRole('region', { name, exact: true });

async function signIn(page, service) {
  service.operator ??= service.made(['operator', 'create', 'e2e']);
  await page.goto(`${service.ops}/ops`);
  await page.getByLabel('Operator’s token').fill(service.operator);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('status').getByText('Connected').waitFor();
}

/** Something of everything that the page shows. */
async function work(service, email) {
  const { token, body } = await service.customer(email, 5);
  const { json: packages } = await service.call('GET', '/v1/token_packages');
  const order = await service.call('POST', '/v1/payments', { token, body: { token_package_id: packages.data[0].id } });
  await service.pay(order.json, '4111111111111111');
  await service.told();
  const generation = await service.call('POST', '/v1/generations', { token, body });
  await service.finished(token, generation.json.id);
  return { token, price: packages.data[0].price_cents };
}

test('an operator signs in and sees the service live, and nothing comes from elsewhere', () =>
  withService({}, (service) => withPage(async (page) => {
    const hosts = new Set();
    page.on('request', (request) => request.url().startsWith('http') && hosts.add(new URL(request.url()).origin));
    await page.goto(`${service.ops}/ops`);
    await page.getByLabel('Operator’s token').fill('ato_nobody');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No operator has this token.').waitFor();
    await signIn(page, service);
    await until('nothing to be paid yet', async () => /\b0$|0\s*0 payments/.test(await tile(page, 'Money in today').innerText()));

    const { price } = await work(service, 'ann@example.com');
    await tile(page, 'Money in today').getByText('1 payment', { exact: true }).waitFor();
    const shown = Number((await tile(page, 'Money in today').innerText()).split('\n')[0].replace(/[^\d.]/g, ''));
    assert.equal(Math.round(shown * 100), price);
    await until('the spent token', async () => /^1\b/.test(await tile(page, 'Tokens out today').innerText()));
    await panel(page, 'Webhooks').getByText('credited').waitFor();
    await panel(page, 'Requests by route').getByText('POST /v1/generations', { exact: true }).waitFor();
    await panel(page, 'Writers').getByText(/^\d of \d connected$/).waitFor();
    await panel(page, 'Books').getByText('never run').waitFor();
    await panel(page, 'Recent restarts').getByText('No actor has crashed').waitFor();

    const { json } = await service.asOperator('GET', '/ops/overview');
    assert.equal(json.today.amount_cents, price);
    assert.equal(json.today.tokens.spend, -1);
    assert.deepEqual(json.generations.users, []);
    assert.ok(json.http.routes.some(({ route, requests }) => route === '/v1/generations' && requests > 0));
    assert.deepEqual([...hosts], [service.ops]);
  }, { viewport: { width: 1440, height: 900 }, expected: /401/ })));

test('the log level is switched, families are looked into, and a revoked operator is out', () =>
  withService({}, (service) => withPage(async (page) => {
    const { token } = await work(service, 'bob@example.com');
    await signIn(page, service);
    assert.equal((await service.asOperator('GET', '/ops/log')).json.level, 'info');
    const switched = async (level) => {
      await page.getByLabel('Log level').selectOption(level);
      await until('the level', async () => (await service.asOperator('GET', '/ops/log')).json.level === level);
      await service.call('GET', '/v1/wallet', { token, headers: { 'X-Request-Id': `when-${level}` } });
    };
    await switched('warn');
    await switched('debug');
    await until('the line of a request', () => service.log.includes('request_id=when-debug '));
    assert.ok(!service.log.includes('when-warn'));
    const { json: actions } = await service.asOperator('GET', '/ops/actions');
    assert.equal(actions.data[0].action, 'PUT /ops/log');
    assert.equal((await service.asOperator('PUT', '/ops/log', { body: { level: 'loud' } })).status, 422);

    await panel(page, 'Actor families').getByRole('button', { name: 'wallet', exact: true }).click();
    const drawer = page.getByRole('dialog');
    const user = (await service.call('GET', '/v1/me', { token })).json.id;
    await drawer.getByRole('cell', { name: String(user), exact: true }).waitFor();
    await picture(page, 'drawer');
    await drawer.getByRole('button', { name: 'Close' }).click();
    assert.equal((await service.asOperator('GET', '/ops/actors/wallet')).json.live, 1);
    assert.equal((await service.asOperator('GET', '/ops/actors/unicorn')).status, 404);
    assert.equal((await service.asOperator('GET', '/ops/actors/wallet?limit=0')).status, 422);

    await panel(page, 'Actor families').getByRole('button', { name: 'writer', exact: true }).click();
    await drawer.getByText('nothing to look into').waitFor();
    await drawer.getByRole('button', { name: 'Close' }).click();

    assert.equal(service.command(['operator', 'revoke', 'e2e']).code, 0);
    await page.getByText('This token is not good any more.').waitFor();
    assert.equal((await service.asOperator('GET', '/ops/overview')).status, 401);
  }, { viewport: { width: 1440, height: 900 }, expected: /401|404/ })));

test('the page fits a phone and a desk, by day and by night', () =>
  withService({}, (service) => withPage(async (page) => {
    await work(service, 'eve@example.com');
    const grounds = [];
    for (const [name, width, height] of [['phone', 390, 844], ['tablet', 900, 1100], ['desk', 1440, 1000]]) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        if (name === 'phone') {
          await page.goto(`${service.ops}/ops`);
          await picture(page, `sign_in_${colorScheme}`);
        }
        await signIn(page, service);
        await until('the second overview', async () => (await page.locator('.spark-line').first().getAttribute('d')) !== '');
        const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
        assert.ok(await fits(), `${name} ${colorScheme}`);
        grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
        if (gallery) {
          await sleep(3000);
          await page.screenshot({ path: path.join(gallery, `${name}_${colorScheme}.png`), fullPage: name !== 'desk' });
        }
        await page.getByRole('link', { name: 'Manage' }).click();
        await page.getByRole('tab', { name: 'Audit log' }).click();
        await page.getByRole('region', { name: 'Audit log' }).waitFor();
        assert.ok(await fits(), `${name} ${colorScheme}, management`);
        await picture(page, `manage_${name}_${colorScheme}`);
        await page.getByRole('button', { name: 'Sign out' }).click();
      }
    }
    assert.equal(new Set(grounds).size, 2);
  })));

test('an operator makes a style, changes it and retires it on the page', () =>
  withService({}, (service) => withPage(async (page) => {
    await signIn(page, service);
    await page.getByRole('link', { name: 'Manage' }).click();
    await page.getByRole('tab', { name: 'Styles' }).click();
    await page.getByRole('button', { name: 'New style' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Bauhaus');
    await page.getByRole('textbox', { name: 'What the engine is told' }).fill('A bauhaus {room_type}');
    await page.getByRole('button', { name: 'Create' }).click();
    const named = async () => (await service.call('GET', '/v1/styles')).json.data.some(({ name }) => name === 'Bauhaus');
    await until('customers to see it', named);
    await page.getByRole('button', { name: 'Bauhaus' }).click();
    await page.getByRole('textbox', { name: 'What the engine is told' }).fill('A plain {room_type}');
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the change', async () => (await service.asOperator('GET', '/ops/styles')).json.data
      .some(({ name, prompt }) => name === 'Bauhaus' && prompt === 'A plain {room_type}'));
    await page.getByRole('button', { name: 'Bauhaus' }).click();
    await page.getByRole('button', { name: 'Retire' }).click();
    await until('customers to see it no more', async () => !(await named()));
    await page.getByRole('tab', { name: 'Audit log' }).click();
    await page.getByText('POST /ops/styles', { exact: true }).waitFor();
  })));

test('an operator blocks a user and audits the books on the page', () =>
  withService({}, (service) => withPage(async (page) => {
    const ann = await service.customer('ann@example.com', 5);
    await service.customer('bob@example.com', 1);
    await signIn(page, service);
    await page.getByRole('link', { name: 'Manage' }).click();
    await page.getByRole('button', { name: 'bob@example.com' }).waitFor();
    await page.getByRole('textbox', { name: 'Address begins with' }).fill('ann');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'bob@example.com' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'ann@example.com' }).click();
    await page.getByRole('spinbutton', { name: 'Give tokens' }).fill('3');
    await page.getByRole('button', { name: 'Give', exact: true }).click();
    const wallet = () => service.call('GET', '/v1/wallet', { token: ann.token });
    await until('the tokens to come', async () => (await wallet()).json.balance === 8);
    await page.getByRole('textbox', { name: 'Why this user is blocked' }).fill('Chargebacks');
    await page.getByRole('button', { name: 'Block' }).click();
    await page.getByRole('button', { name: 'Unblock' }).waitFor();
    await until('the session to end', async () => (await wallet()).status === 401);
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Books' }).click();
    await page.getByRole('button', { name: 'Audit now' }).click();
    await page.getByRole('region', { name: 'Audits' }).getByText('in order').waitFor();
  })));

test('the stream is for operators, and ends with the service', () => withService({}, async (service) => {
  assert.equal((await service.call('GET', `${service.ops}/ops/events`)).status, 401);
  service.operator = service.made(['operator', 'create', 'e2e']);
  const reply = await fetch(`${service.ops}/ops/events`, { headers: { Authorization: `Bearer ${service.operator}` } });
  assert.equal(reply.headers.get('content-type'), 'text/event-stream');
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while ((text.match(/event: overview/g) ?? []).length < 3) text += (await reader.read()).value;
  const times = [...text.matchAll(/"at":"([^"]+)"/g)].map(([, at]) => Date.parse(at)).slice(0, 2);
  assert.ok(times[1] > times[0]);
  await service.stop();
  await assert.doesNotReject(async () => {
    try {
      while (!(await reader.read()).done);
    } catch { /* cut off */ }
  });
}));
