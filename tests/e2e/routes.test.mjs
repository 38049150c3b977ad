// What no other test calls: each reply is judged by the document of the API as it comes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until, withService } from './support/service.mjs';

const password = 'correct horse battery';

test('sessions and mails', () => withService({}, async (service) => {
  const email = 'ann@example.com';
  const statusOf = async (method, url, more) => (await service.call(method, url, more)).status;
  assert.equal(await statusOf('POST', '/v1/users', { body: { email, password } }), 202);
  assert.equal(await statusOf('POST', '/v1/users/confirmation/mail', { body: { email } }), 202);
  await until('both mails', () => service.mails().length === 2);
  const phone = await service.newUser('bob@example.com', password);
  const bob = { email: 'bob@example.com', password };
  const { json: { token } } = await service.call('POST', '/v1/sessions', { body: bob });
  const { json: sessions } = await service.call('GET', '/v1/sessions', { token });
  const { id } = sessions.data.find(({ current }) => !current);
  assert.equal(await statusOf('DELETE', `/v1/sessions/${id}`, { token }), 204);
  assert.equal(await statusOf('DELETE', `/v1/sessions/${id}`, { token }), 404);
  assert.equal(await statusOf('GET', '/v1/me', { token: phone }), 401);
  assert.equal(await statusOf('DELETE', '/v1/sessions', { token }), 204);
  assert.equal(await statusOf('DELETE', '/v1/sessions/current', { token }), 401);
  for (const url of ['/confirm', '/reset-password']) assert.equal(await statusOf('GET', url), 422);
  for (const url of ['/confirm', '/reset-password']) assert.equal(await statusOf('POST', url, { body: {} }), 415);
}));

test('lists that are read page by page and what is no path', () => withService({}, async (service) => {
  const { token, body } = await service.customer('ann@example.com', 3);
  for (let i = 0; i < 3; ++i) await service.call('POST', '/v1/generations', { token, body });
  const ids = [];
  for (let next = '/v1/generations?limit=2'; next;) {
    const { json, headers } = await service.call('GET', next, { token });
    ids.push(...json.data.map(({ id }) => id));
    next = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  }
  assert.equal(new Set(ids).size, 3);
  assert.equal(ids.length, 3);
  assert.equal((await service.call('GET', '/v1/generations?cursor=x', { token })).status, 422);
  assert.equal((await service.call('GET', '/v1/nothing')).status, 404);
  assert.equal((await service.call('PUT', '/v1/styles')).status, 405);
  assert.equal((await service.call('HEAD', '/v1/styles')).status, 200);
}));

test('a saved picture is not sent again', () => withService({}, async (service) => {
  const token = await service.newUser('ann@example.com');
  const { id, url } = await service.upload(token, 'plain.png', 'image/png');
  const file = await service.call('GET', `/v1/images/${id}/file`, { token });
  const tag = { 'If-None-Match': file.headers.get('etag') };
  assert.equal((await service.call('GET', `/v1/images/${id}/file`, { token, headers: tag })).status, 304);
  assert.equal((await service.call('GET', url, { headers: { Range: 'bytes=0-9' } })).status, 206);
  assert.equal((await service.call('GET', url, { headers: { Range: 'bytes=99999999-' } })).status, 416);
  assert.equal((await service.call('GET', url.replace(/signature=./, 'signature='))).status, 403);
}));

test("the operator's listener", () => withService({}, async (service) => {
  const ops = (method, path, more) => service.asOperator(method, path, more);
  for (const path of ['/healthz', '/readyz', '/metrics', '/ops/actions', '/ops/actors', '/ops/notifications',
    '/ops/reconciliations']) {
    assert.equal((await ops('GET', path)).status, 200, path);
  }
  assert.equal((await ops('GET', '/ops/notifications/1')).status, 404);
  assert.equal((await ops('POST', '/ops/notifications/1/replay')).status, 404);
  const token = await service.newUser('ann@example.com');
  const { json: me } = await service.call('GET', '/v1/me', { token });
  const key = { 'Idempotency-Key': 'a-gift' };
  for (const replayed of [null, 'true']) {
    const gift = await ops('POST', `/ops/users/${me.id}/grants`, { body: { tokens: 5 }, headers: key });
    assert.equal(gift.status, 201);
    assert.equal(gift.headers.get('idempotency-replayed'), replayed);
  }
  assert.equal((await ops('POST', `/ops/users/${me.id}/grants`, { body: { tokens: 6 }, headers: key })).status, 422);
  const { json: packages } = await service.call('GET', '/v1/token_packages');
  const order = await service.call('POST', '/v1/payments', { token, body: { token_package_id: packages.data[0].id } });
  assert.equal(order.status, 201);
  await service.pay(order.json, '4111111111111111');
  await service.told();
  const { json: archive } = await ops('GET', '/ops/notifications?type=pay');
  assert.equal(archive.data.length, 1);
  const { id } = archive.data[0];
  assert.equal((await ops('GET', `/ops/notifications/${id}`)).status, 200);
  assert.equal((await ops('POST', `/ops/notifications/${id}/replay`)).status, 200);
  const day = new Date().toISOString().slice(0, 10);
  assert.equal((await ops('POST', '/ops/reconciliations', { body: { day } })).status, 202);
  const reports = await until('the report', async () => {
    const { json } = await ops('GET', '/ops/reconciliations');
    return json.data.find((report) => report.day === day) && json.data;
  });
  assert.equal(reports.find((report) => report.day === day).transactions, 1);
}));
