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
