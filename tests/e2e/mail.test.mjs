// Mails go to a mail server: encrypted, signed in, once; they wait for a server that is away, and not for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MailServer } from './support/mail_server.mjs';
import { until, withService } from './support/service.mjs';

const secret = 'correct mail battery';
const password = 'correct horse battery';

/** A service whose mails go to `server`; `more` are settings. */
function settings(server, more = {}) {
  return {
    ATELIER_HTTP_BASE_URL: 'https://shop.example.com',
    ATELIER_SWEEPER_INTERVAL: '200ms',
    ATELIER_LOG_FORMAT: 'json',
    ATELIER_MAIL_DELIVERY: 'smtp',
    ATELIER_MAIL_FROM: 'Atelier <no-reply@example.com>',
    ATELIER_MAIL_HOST: 'localhost',
    ATELIER_MAIL_PORT: String(server.port),
    ATELIER_MAIL_USER: 'shop',
    ATELIER_MAIL_PASSWORD: secret,
    ATELIER_MAIL_CA_FILE: server.certificate,
    ATELIER_MAIL_BACKOFF: '200ms',
    ...more,
  };
}

async function withServer(options, run) {
  const server = new MailServer();
  try {
    await run(await server.start(options));
  } finally {
    await server.remove();
  }
}

async function signUp(service, email) {
  const { status } = await service.call('POST', '/v1/users', { body: { email, password } });
  assert.equal(status, 202);
}

const mailsThat = (service, result) => service.metric('atelier_mails_total', `result="${result}"`);
const outbox = (service, columns) => service.sql(`SELECT ${columns} FROM outbox ORDER BY id`);

test('a mail goes to the server, encrypted and signed in, and its link confirms the account', () =>
  withServer({ password: secret }, (server) => withService(settings(server), async (service) => {
    const email = 'ann@example.org';
    await signUp(service, email);
    const mail = await server.mailTo(email);
    assert.equal(mail['X-Encrypted'], 'True');
    assert.equal(mail['X-User'], 'shop');
    assert.equal(mail['X-Sender'], 'no-reply@example.com');
    assert.equal(mail['X-Name'], 'shop.example.com');
    assert.equal(mail.From, '"Atelier" <no-reply@example.com>');
    assert.equal(mail.To, email);
    const [, token] = /https:\/\/shop\.example\.com\/confirm\?token=([A-Za-z0-9_-]+)/.exec(mail.text);
    const confirmed = await service.call('POST', '/v1/users/confirmation', { body: { token } });
    assert.equal(confirmed.status, 200);

    // What follows soon comes over the same connection.
    for (const other of ['bea@example.org', 'cat@example.org']) {
      await signUp(service, other);
      assert.equal((await server.mailTo(other))['X-Connection'], mail['X-Connection']);
    }
    await until('three deliveries to be noted', async () => (await mailsThat(service, 'delivered')) === 3);
    assert.equal(await service.metric('atelier_mail_delivery_seconds_count'), 3);
    assert.equal(server.mails().length, 3);
    assert.equal(service.mails().length, 0);
    assert.equal((await service.run(['doctor'])).code, 0);
    assert.doesNotMatch(service.log, /example\.org|token=|correct mail/);
  })));

test('mails wait for a server that is away, and a kept connection that has ended loses none', () =>
  withServer({ password: secret }, (server) => withService(settings(server), async (service) => {
    await signUp(service, 'ann@example.org');
    await server.mailTo('ann@example.org');
    await server.stop();
    await server.start({ password: secret });
    await signUp(service, 'bea@example.org');
    await server.mailTo('bea@example.org');
    assert.equal(await mailsThat(service, 'postponed'), 0);

    await server.stop();
    await signUp(service, 'cat@example.org');
    await until('an attempt to fail', async () => (await mailsThat(service, 'postponed')) > 0);
    assert.match(await outbox(service, 'last_error'), /Couldn't connect to server/);
    const { code, out } = await service.run(['doctor']);
    assert.equal(code, 1);
    assert.match(out, /^FAIL {2}mail +Couldn't connect to server\n +-> look at the section mail/m);
    await server.start({ password: secret });
    await server.mailTo('cat@example.org');
    await until('the delivery to be noted', async () => (await outbox(service, 'delivered_at IS NULL')) === 'f\nf\nf');
    assert.equal(server.mails().length, 1);
    assert.equal(await mailsThat(service, 'given_up'), 0);
  })));

test('a server that wants a new connection gets one at once', () =>
  withServer({ password: secret, mailsEach: 1 }, (server) => withService(settings(server), async (service) => {
    for (const email of ['ann@example.org', 'bea@example.org', 'cat@example.org']) {
      await signUp(service, email);
      await server.mailTo(email);
    }
    assert.equal(await mailsThat(service, 'postponed'), 0);
    assert.equal(new Set(server.mails().map((mail) => mail['X-Connection'])).size, 3);
  })));

test('mails wait until the password is right', () =>
  withServer({ password: 'another' }, (server) => withService(settings(server), async (service) => {
    await signUp(service, 'ann@example.org');
    await until('an attempt to fail', async () => (await mailsThat(service, 'postponed')) > 0);
    assert.match(await outbox(service, 'last_error'), /^the server answered 535 5\.7\.8 to AUTH$/);
    const { code, out } = await service.run(['doctor']);
    assert.equal(code, 1);
    assert.match(out, /^FAIL {2}mail +the server answered 535 5\.7\.8 to AUTH$/m);
    await server.stop();
    await server.start({ password: secret });
    await server.mailTo('ann@example.org');
  })));

test('a recipient that is refused for good is given up, others are tried again', () =>
  withServer({ password: secret }, (server) => withService(settings(server), async (service) => {
    for (const email of ['gone-550@example.org', 'busy-450@example.org', 'busy-421@example.org', 'ann@example.org'])
      await signUp(service, email);
    await server.mailTo('ann@example.org');
    await until('the others to be tried again', async () =>
      (await outbox(service, 'attempts > 2')) === 'f\nt\nt\nf', 60);
    assert.equal(await outbox(service, 'attempts = 1 AND failed_at IS NOT NULL'), 't\nf\nf\nf');
    assert.match(await outbox(service, 'last_error'), /^the server answered 550 5\.1\.1 to RCPT\n/);
    assert.equal(await mailsThat(service, 'given_up'), 1);
    assert.equal(server.mails().length, 1);
    assert.match(service.log, /mail \d+ is given up, attempts: 1, the last: the server answered 550 5\.1\.1 to RCPT/);
    assert.doesNotMatch(service.log, /example\.org/);
  })));

test('nothing goes to a server without STARTTLS, or with a certificate that nobody vouches for', () =>
  withServer({ tls: false }, (server) => withService(settings(server), async (service) => {
    const failed = (count) => until('an attempt to fail', async () => (await mailsThat(service, 'postponed')) > count);
    await signUp(service, 'ann@example.org');
    await failed(0);
    assert.equal(await outbox(service, 'last_error'), 'the server does not offer STARTTLS');
    await sleep(500);
    assert.equal(server.mails().length, 0);

    const stranger = new MailServer();
    try {
      await server.stop();
      stranger.port = server.port;
      await stranger.start({ password: secret });
      await until('the certificate to be refused', async () =>
        /certificate/.test(await outbox(service, 'last_error')));
      assert.equal(stranger.mails().length, 0);
    } finally {
      await stranger.remove();
    }
  })));

test('a relay on this machine may be spoken to in the clear, another one may not', () =>
  withServer({ tls: false }, async (server) => {
    const relay = settings(server, { ATELIER_MAIL_SECURITY: 'none', ATELIER_MAIL_USER: '', ATELIER_MAIL_PASSWORD: '' });
    await withService(relay, async (service) => {
      await signUp(service, 'ann@example.org');
      assert.equal((await server.mailTo('ann@example.org'))['X-Encrypted'], 'False');
      service.env.ATELIER_HTTP_BASE_URL = '';
      assert.match((await service.run(['doctor'])).out, /^ok {4}mail *\nFAIL {2}links +http\.base_url is not set$/m);
      service.env.ATELIER_MAIL_HOST = 'mail.example.com';
      const { code, err } = service.command(['doctor']);
      assert.equal(code, 2);
      assert.match(err, /passwords and links would travel in the clear/);
    });
  }));
