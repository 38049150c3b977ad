// What operators change, on their listener and on the command line, and what customers see of it.
import assert from 'node:assert/strict';
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
