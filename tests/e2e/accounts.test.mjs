// A person's account from the first mail to the last, over HTTP and on the pages behind the links of the mails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPage } from './support/browser.mjs';
import { until, withService } from './support/service.mjs';

const password = 'correct horse battery';

const signIn = (service, email, secret) =>
  service.call('POST', '/v1/sessions', { body: { email, password: secret } });

test('the pages behind the links work without script', () => withService({}, (service) => withPage(async (page) => {
  const email = 'ann@example.com';
  await service.call('POST', '/v1/users', { body: { email, password }, headers: { 'Accept-Language': 'ru' } });
  await page.goto(`${service.http}/confirm?token=${await service.mailedToken(email)}`);
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();
  const session = await signIn(service, email, password);
  assert.equal(session.status, 201);

  const before = service.mails().length;
  assert.equal((await service.call('POST', '/v1/users/password/mail', { body: { email } })).status, 202);
  await until('the mail', () => service.mails().length > before);
  await page.goto(`${service.http}/reset-password?token=${await service.mailedToken(email)}`);
  await page.getByLabel('New password').fill('another secret');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
  const { token } = session.json;
  assert.equal((await service.call('GET', '/v1/me', { token })).status, 401);
  assert.equal((await signIn(service, email, password)).status, 401);
  assert.equal((await signIn(service, email, 'another secret')).status, 201);
}, { javaScriptEnabled: false })));

test('a browser keeps its session in a cookie that no other site can use', () => withService({}, (service) =>
  withPage(async (page) => {
    await service.newUser('ann@example.com', password);
    await page.goto(`${service.http}/docs`); // a page of the service whose scripts may call it
    // Runs on the page: what fetch sends along is the browser's decision.
    const call = (method, path, body, headers = {}) => page.evaluate(async (c) => {
      const response = await fetch(c.path, {
        method: c.method,
        headers: { ...(c.body && { 'Content-Type': 'application/json' }), ...c.headers },
        body: c.body && JSON.stringify(c.body),
      });
      const text = await response.text();
      return { status: response.status, json: text ? JSON.parse(text) : undefined };
    }, { method, path, body, headers });
    const begun = await call('POST', '/v1/sessions', { email: 'ann@example.com', password, cookie: true });
    assert.equal(begun.status, 201);
    assert.equal(begun.json.token, undefined);
    assert.equal(await page.evaluate(() => document.cookie), '', 'no script can read it');

    assert.equal((await call('GET', '/v1/me')).json.email, 'ann@example.com');
    assert.equal((await call('PATCH', '/v1/me', { language: 'ru' })).json.code, 'invalid_csrf_token');
    const { json: current } = await call('GET', '/v1/sessions/current');
    assert.equal(current.csrf_token, begun.json.csrf_token);
    const own = { 'X-CSRF-Token': current.csrf_token };
    assert.equal((await call('PATCH', '/v1/me', { language: 'ru' }, own)).status, 200);

    const [cookie] = await page.context().cookies();
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Lax', '/']);
    const forged = await service.call('PATCH', '/v1/me', {
      body: { language: 'en' },
      headers: { Cookie: `${cookie.name}=${cookie.value}`, Origin: 'https://evil.example.com', ...own },
    });
    assert.equal(forged.json.code, 'forbidden');

    assert.equal((await call('DELETE', '/v1/sessions/current', undefined, own)).status, 204);
    assert.deepEqual(await page.context().cookies(), []);
    assert.equal((await call('GET', '/v1/me')).status, 401);
  }, { expected: /status of 40[13]/ })));

test('a program has a key that its owner or an operator can end', () => withService({}, async (service) => {
  const token = await service.newUser('ann@example.com', password);
  const { json: key } = await service.call('POST', '/v1/api_keys', { token, body: { name: 'ci', scopes: ['read'] } });
  assert.equal((await service.call('GET', '/v1/wallet', { token: key.token })).status, 200);
  const { json: packages } = await service.call('GET', '/v1/token_packages');
  const order = { token_package_id: packages.data[0].id };
  const refused = await service.call('POST', '/v1/payments', { token: key.token, body: order });
  assert.equal(refused.json.code, 'insufficient_scope');
  assert.match(refused.headers.get('www-authenticate'), /insufficient_scope/);
  assert.equal((await service.call('GET', '/v1/api_keys', { token: key.token })).status, 403);
  assert.equal((await service.call('DELETE', `/v1/api_keys/${key.id}`, { token })).status, 204);
  assert.equal((await service.call('GET', '/v1/wallet', { token: key.token })).status, 401);

  // From the command line, beside the running service, which has the key in its memory.
  const made = service.made(['user', 'api-key', 'create', 'ann@example.com', 'shop', '--scopes', 'read pay', '--days', '30']);
  assert.equal((await service.call('GET', '/v1/wallet', { token: made })).status, 200);
  assert.equal((await service.call('POST', '/v1/payments', { token: made, body: order })).status, 201);
  const { out } = service.command(['user', 'api-key', 'list', 'ann@example.com']);
  const [, id] = /^(\d+)  shop +read pay /m.exec(out);
  assert.equal(service.command(['user', 'api-key', 'revoke', 'ann@example.com', id]).code, 0);
  await until('the key to end', async () => (await service.call('GET', '/v1/wallet', { token: made })).status === 401);
  assert.equal(service.command(['user', 'api-key', 'revoke', 'ann@example.com', id]).code, 1);
  assert.equal(service.command(['user', 'api-key', 'create', 'ann@example.com', 'x', '--scopes', 'account']).code, 2);
}));

test('operators have tokens of their own, and all that they do stands in a log', () => withService({}, async (service) => {
  const token = await service.newUser('ann@example.com', password);
  const { json: ann } = await service.call('GET', '/v1/me', { token });
  for (const path of ['/ops/actors', '/ops/actions', '/ops/notifications'])
    assert.equal((await service.call('GET', service.ops + path, { token })).status, 401);
  assert.equal((await service.call('GET', `${service.ops}/healthz`)).status, 200);
  assert.equal((await service.asOperator('POST', `/ops/users/${ann.id}/grants`, { body: { tokens: 7 } })).status, 201);
  service.grant('ann@example.com', 3);
  const { json: log } = await service.asOperator('GET', '/ops/actions');
  assert.deepEqual(log.data.map(({ action, outcome }) => [action, outcome]), [
    ['user grant', `granted 3 tokens to user ${ann.id}`],
    [`POST /ops/users/${ann.id}/grants`, '201'],
    ['operator create', 'created'],
  ]);
  assert.equal(log.data[1].operator, 'e2e');
  assert.match(log.data[0].operator, /^cli:/);
  assert.ok(log.data.every(({ detail }) => !detail.includes('@')));
  assert.match(service.command(['operator', 'actions', '--operator', 'e2e']).out, /POST .*grants .* -> 201/);

  assert.equal(service.command(['operator', 'revoke', 'e2e']).code, 0);
  assert.equal((await service.asOperator('GET', '/ops/actors')).status, 401);
  await assert.rejects(service.sql('DELETE FROM operator_actions'), /append-only/);
}));

test('an account is changed and closed by its owner', () => withService({}, async (service) => {
  const token = await service.newUser('bob@example.com', password);
  const phone = (await signIn(service, 'bob@example.com', password)).json.token;
  const { json: sessions } = await service.call('GET', '/v1/sessions', { token });
  assert.deepEqual(sessions.data.map(({ current }) => current).sort(), [false, true]);
  assert.equal((await service.call('PATCH', '/v1/me', { token, body: { language: 'ru' } })).json.language, 'ru');

  const change = { current_password: password, password: 'another secret' };
  assert.equal((await service.call('PUT', '/v1/me/password', { token, body: change })).status, 204);
  assert.equal((await service.call('GET', '/v1/me', { token: phone })).status, 401);
  const wrong = await service.call('PUT', '/v1/me/password', { token, body: change });
  assert.deepEqual(wrong.json.errors.map(({ field }) => field), ['current_password']);

  const move = { current_password: 'another secret', email: 'robert@example.com' };
  assert.equal((await service.call('PUT', '/v1/me/email', { token, body: move })).status, 202);
  const confirmed = await service.call('POST', '/v1/users/confirmation', {
    body: { token: await service.mailedToken('robert@example.com') },
  });
  assert.equal(confirmed.json.email, 'robert@example.com');

  const image = await service.upload(token, 'plain.png', 'image/png');
  const goodbye = { current_password: 'another secret' };
  assert.equal((await service.call('POST', '/v1/me/deletion', { token, body: goodbye })).status, 204);
  assert.equal((await service.call('GET', '/v1/me', { token })).status, 401);
  assert.equal((await service.call('GET', image.url)).status, 404);
  assert.equal(await service.sql(`SELECT count(*) FROM users WHERE email LIKE '%example.com'`), '0');
  assert.equal((await signIn(service, 'robert@example.com', 'another secret')).status, 401);
  const { code, out } = service.audit();
  assert.equal(code, 0, out);
}));

test('who guesses has to wait and is told how long', () => withService({
  ATELIER_ACCOUNTS_FAILURES_MAX: '3', ATELIER_ACCOUNTS_ATTEMPTS_PER_ADDRESS: '50',
}, async (service) => {
  for (const email of ['known@example.com', 'nobody@example.com']) {
    if (email.startsWith('known')) await service.newUser(email, password);
    let answer;
    for (let i = 0; i < 4; ++i) answer = await signIn(service, email, 'wrong');
    assert.equal(answer.status, 429);
    assert.equal(answer.json.code, 'rate_limited');
    assert.match(answer.headers.get('ratelimit'), /^"account";r=0;t=\d+$/);
    assert.match(answer.headers.get('retry-after'), /^\d+$/);
  }
}));
