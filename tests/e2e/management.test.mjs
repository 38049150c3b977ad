// What operators change, on their listener and on the command line, and what customers see of it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { until, withService } from './support/service.mjs';

const names = ({ json }) => json.data.map(({ name }) => name);

test('the catalogue is changed while the service runs', () => withService({}, async (service) => {
  const ops = (method, path, body) => service.asOperator(method, `/ops/${path}`, body ? { body } : {});
  const shown = (list) => service.call('GET', `/v1/${list}`);

  // styles: at once, and a retired one keeps what was made in it
  const made = await ops('POST', 'styles', { name: 'Loft', prompt: 'Make this {room_type} a {style}.' });
  assert.equal(made.status, 201);
  assert.equal(made.json.active, true);
  assert.ok(names(await shown('styles')).includes('Loft'));
  assert.equal((await ops('POST', 'styles', { name: 'Loft', prompt: 'x' })).status, 409);
  assert.equal((await ops('POST', 'styles', { name: 'Bad', prompt: '{rom}' })).status, 422);
  const ann = await service.customer('ann@example.com', 2);
  const order = { ...ann.body, style_id: made.json.id };
  const generate = () => service.call('POST', '/v1/generations', { token: ann.token, body: order });
  assert.equal((await generate()).status, 202);
  assert.equal((await ops('PATCH', `styles/${made.json.id}`, { active: false })).json.active, false);
  assert.ok(!names(await shown('styles')).includes('Loft'));
  assert.ok(names(await ops('GET', 'styles')).includes('Loft'));
  assert.equal((await generate()).status, 422);
  const list = await service.call('GET', `/v1/generations?style_id=${made.json.id}`, { token: ann.token });
  assert.equal(list.json.data.length, 1);
  assert.equal((await ops('PATCH', `styles/${made.json.id}`, { active: true })).json.active, true);
  assert.equal((await ops('PATCH', 'styles/999999', {})).status, 404);

  // packages: an order has the terms that it was made with
  const big = await ops('POST', 'token_packages',
    { name: 'Big', tokens_amount: 500, price_cents: 100000, validity_days: 30 });
  assert.equal(big.status, 201);
  const path = `token_packages/${big.json.id}`;
  assert.equal((await ops('PATCH', path, { price_cents: 90000 })).json.price_cents, 90000);
  const bought = await service.call('POST', '/v1/payments',
    { token: ann.token, body: { token_package_id: big.json.id } });
  assert.equal(bought.json.amount_cents, 90000);
  assert.equal((await ops('PATCH', path, { tokens_amount: 1 })).status, 409);
  assert.equal((await ops('PATCH', path, { active: false })).status, 200);
  assert.ok(!names(await shown('token_packages')).includes('Big'));
  assert.ok(!names(await ops('GET', 'token_packages')).includes('grant'));

  // plans
  const week = await ops('POST', 'subscription_plans',
    { name: 'Week', tokens_amount: 5, price_cents: 100, interval: 'week', interval_count: 2 });
  assert.equal(week.status, 201);
  assert.equal((await ops('PATCH', `subscription_plans/${week.json.id}`, { interval: 'year' })).status, 422);
  assert.equal((await ops('PATCH', `subscription_plans/${week.json.id}`, { active: false })).json.active, false);
  assert.ok(names(await ops('GET', 'subscription_plans')).includes('Week'));

  const { json: log } = await service.asOperator('GET', '/ops/actions?limit=1');
  assert.equal(log.data[0].action, `PATCH /ops/subscription_plans/${week.json.id}`);
}));

test('the command line changes the catalogue beside the service', () => withService({}, async (service) => {
  const command = (...args) => service.command(args);
  const made = command('style', 'create', 'Attic', '--prompt', 'A {style} {room_type}.');
  assert.equal(made.code, 0, made.err);
  const id = /^ *(\d+)  active   Attic$/m.exec(made.out)[1];
  const offered = async () => names(await service.call('GET', '/v1/styles')).includes('Attic');
  await until('the service to notice the new style', offered);
  assert.equal(command('style', 'retire', id).code, 0);
  await until('the service to notice that it is retired', async () => !(await offered()));
  assert.match(command('style', 'list').out, new RegExp(`^ *${id}  retired  Attic$`, 'm'));
  assert.equal(command('style', 'restore', id).code, 0);
  assert.match(command('style', 'change', id, '--prompt', '{rom}').err, /^error: prompt: /);

  const price = ['--tokens', '20', '--price', '990.50'];
  assert.match(command('package', 'create', 'Gift', ...price, '--days', '10').out,
    /Gift: 20 tokens for 990\.50, valid 10 days/);
  assert.match(command('plan', 'create', 'Daily', ...price, '--interval', 'day', '--count', '3').out,
    /Daily: 20 tokens for 990\.50 RUB every 3 day/);
  assert.match(command('plan', 'create', 'Daily', ...price, '--interval', 'day', '--count', '3').err, /taken/);
  assert.equal(command('package', 'retire', '999999').code, 1);
  for (const wrong of [[], ['create'], ['change', 'x', '--tokens', '1'], ['change', '1'], ['create', 'A', '--prompt', 'x']])
    assert.equal(command('package', ...wrong).code, 2, wrong.join(' '));
  const { json: log } = await service.asOperator('GET', '/ops/actions?limit=5');
  assert.ok(log.data.some(({ action, operator }) => action === 'plan create' && operator.startsWith('cli:')));
}));

test('operators find, block and unblock a user', () => withService({}, async (service) => {
  const ops = (method, path, body) => service.asOperator(method, `/ops/${path}`, body ? { body } : {});
  const ann = await service.customer('ann@example.com', 5);
  await service.customer('bob@example.com', 1);
  const { json: key } = await service.call('POST', '/v1/api_keys', { token: ann.token, body: { name: 'robot', scopes: ['read'] } });
  const status = async (token) => (await service.call('GET', '/v1/wallet', { token })).status;
  assert.equal(await status(key.token), 200);

  const { json: found } = await ops('GET', 'users?email=ANN');
  assert.deepEqual(found.data.map(({ email, balance, blocked }) => [email, balance, blocked]), [['ann@example.com', 5, null]]);
  const [{ id }] = found.data;
  assert.equal((await ops('GET', 'users?limit=1')).json.data[0].email, 'bob@example.com');
  assert.equal((await ops('GET', 'users/999999')).status, 404);
  assert.equal((await ops('PUT', 'users/999999/block', { reason: 'x' })).status, 404);

  const blocked = await ops('PUT', `users/${id}/block`, { reason: 'Chargebacks' });
  assert.equal(blocked.json.blocked.reason, 'Chargebacks');
  assert.equal(blocked.json.sessions, 0);
  await until('the session to end', async () => await status(ann.token) === 401);
  await until('the key to end', async () => await status(key.token) === 401);
  const signIn = (password) => service.call('POST', '/v1/sessions', { body: { email: 'ann@example.com', password } });
  assert.equal((await signIn('wrong password')).json.code, 'invalid_credentials');
  assert.equal((await signIn('correct horse battery')).json.code, 'account_blocked');
  assert.match(service.command(['user', 'show', 'ann@example.com']).out, /^blocked: Chargebacks$/m);

  assert.equal((await ops('DELETE', `users/${id}/block`)).json.blocked, null);
  assert.equal((await signIn('correct horse battery')).status, 201);
  await until('the key to work again', async () => await status(key.token) === 200);
  assert.match(service.command(['user', 'block', 'ann@example.com', 'again']).out, /^blocked user/);
  await until('the command line to have ended it', async () => await status(key.token) === 401);
  assert.match(service.command(['user', 'find', 'ann']).out, /ann@example\.com {2}blocked/);
  assert.equal(service.command(['user', 'unblock', 'ann@example.com']).code, 0);
}));

test('operators find payments and generations, and try again what has failed', () => withService({}, async (service) => {
  const ops = (method, path, body) => service.asOperator(method, `/ops/${path}`, body ? { body } : {});
  const ann = await service.customer('ann@example.com', 5);
  const { json: packages } = await service.call('GET', '/v1/token_packages');
  const { json: payment } = await service.call('POST', '/v1/payments', { token: ann.token, body: { token_package_id: packages.data[0].id } });
  const { json: mine } = await ops('GET', `payments?invoice_id=${payment.invoice_id}&status=pending`);
  assert.deepEqual(mine.data.map(({ id }) => id), [payment.id]);
  assert.equal((await ops('GET', `payments/${payment.id}`)).json.user_id, mine.data[0].user_id);
  assert.equal((await ops('GET', 'payments?transaction_id=nothing')).json.data.length, 0);
  assert.match(service.command(['payment', 'list', '--user', String(mine.data[0].user_id)]).out, /pending/);

  const { json: made } = await service.call('POST', '/v1/generations', { token: ann.token, body: ann.body });
  const one = async (id) => (await ops('GET', `generations/${id}`)).json;
  await until('the generation to end', async () => (await one(made.id)).status === 'succeeded');
  assert.equal((await ops('POST', `generations/${made.id}/retry`)).status, 409);
  assert.equal((await ops('POST', 'generations/999999/cancel')).status, 404);
  const { json: all } = await ops('GET', `generations?user_id=${mine.data[0].user_id}`);
  assert.deepEqual(all.data.map(({ id }) => id), [made.id]);
  assert.match(service.command(['generation', 'list', '--status', 'succeeded']).out, new RegExp(`^ *${made.id}  user`, 'm'));
  assert.match(service.command(['generation', 'retry', String(made.id), '--url', service.ops]).err, /Only a generation that has failed/);
  assert.equal(service.command(['generation', 'retry']).code, 2);
  assert.match(service.command(['generation', 'cancel', String(made.id), '--url', 'http://127.0.0.1:1']).err, /no service answers/);
  const { json: log } = await ops('GET', 'actions?limit=1');
  assert.equal(log.data[0].action, `POST /ops/generations/${made.id}/retry`);
  assert.match(log.data[0].operator, /^cli:/);
}));

test('operators cancel what lasts, and its retry is paid from the tokens that came back', async (t) => {
  const engine = http.createServer(() => { /* never answers */ }).listen(0, '127.0.0.1');
  t.after(() => { engine.close(); engine.closeAllConnections(); });
  await once(engine, 'listening');
  await withService({
    ATELIER_GENERATIONS_ENGINE: 'sdapi', ATELIER_ENGINES_SDAPI_URL: `http://127.0.0.1:${engine.address().port}`,
  }, cancel_and_retry);
});

async function cancel_and_retry(service) {
  const ops = (method, path) => service.asOperator(method, `/ops/${path}`);
  const ann = await service.customer('ann@example.com', 1);
  const { json: made } = await service.call('POST', '/v1/generations', { token: ann.token, body: ann.body });
  assert.equal((await ops('POST', `generations/${made.id}/cancel`)).json.status, 'failed');
  const again = await ops('POST', `generations/${made.id}/retry`);
  assert.equal(again.status, 202);
  assert.notEqual(again.json.id, made.id);
  const repeated = await ops('POST', `generations/${made.id}/retry`);
  assert.equal(repeated.json.id, again.json.id);
  assert.equal((await service.call('GET', '/v1/wallet', { token: ann.token })).json.balance, 0);
  assert.match(service.command(['generation', 'cancel', String(again.json.id), '--url', service.ops]).out, /"status":"failed"/);
  assert.equal(service.audit().code, 0);
}

test('the books are audited while the service runs', () => withService({}, async (service) => {
  await service.customer('ann@example.com', 5);
  assert.equal((await service.asOperator('POST', '/ops/audits')).status, 202);
  const audits = async () => (await service.asOperator('GET', '/ops/audits')).json;
  await until('the audit to end', async () => (await audits()).data.length === 1 && (await audits()).running === null);
  const [report] = (await audits()).data;
  assert.equal(report.violations, 0);
  assert.ok(report.findings.length > 10);
  assert.equal(service.audit().code, 0);
  assert.equal((await audits()).data.length, 2, 'the command line keeps its report, too');
}));
