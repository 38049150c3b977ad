// The sandbox as the service and its operators meet it: over HTTP, inside the service and by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Service, binary, until, withService } from './support/service.mjs';

const secret = 'cp_test_secret_0001';
const good = '4000 0000 0000 3055';
const asks = '4242 4242 4242 4242';
const fading = '4111 1111 1111 1111';

/** A call of the gateway's API. */
async function api(sandbox, call, body, headers = {}) {
  const response = await fetch(sandbox + call, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`sandbox_public_id:${secret}`).toString('base64')}`,
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
  return response.json();
}

async function post(url, body) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(response.status, 200);
  return response.json();
}

/** Nothing that the sandbox has to tell is left. */
function told(sandbox) {
  return until('every notification to be accepted', async () => {
    const state = await (await fetch(`${sandbox}/sandbox`)).json();
    return state.notifications.waiting === 0 && state;
  });
}

async function order(service, token, nth = 0) {
  const { json: packages } = await service.call('GET', '/v1/token_packages');
  const { json } = await service.call('POST', '/v1/payments', { token, body: { token_package_id: packages.data[nth].id } });
  return { ...json, tokens: packages.data[nth].tokens_amount };
}

const balance = async (service, token) => (await service.call('GET', '/v1/wallet', { token })).json.balance;

test('orders are paid with 3-D Secure or not at all', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('ann@example.com');
    const bought = await order(service, token);
    const rejected = await service.pay(bought, asks, { three_d_secure: 'reject' });
    assert.deepEqual([rejected.status, rejected.reason], ['Declined', 'AuthenticationFailed']);
    assert.equal(await balance(service, token), 0);
    const waiting = await service.pay(bought, asks, { three_d_secure: 'ask' });
    assert.equal(waiting.status, 'AwaitingAuthentication');
    const paid = await post(`${service.sandbox}/pay/authentication`, {
      transaction_id: waiting.transaction_id, confirmed: true,
    });
    assert.deepEqual([paid.status, paid.reason_code], ['Completed', 0]);
    assert.equal(await balance(service, token), bought.tokens);

    const dear = await order(service, token);
    const wrong = await service.pay(dear, good, { amount: 1 });
    assert.deepEqual([wrong.status, wrong.reason], ['Declined', 'InvalidAmount']);

    // The secret was made by the service, and only its user may read it.
    const file = path.join(service.var, 'sandbox', 'secret');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/);
    assert.equal(service.audit().code, 0);
  });
});

test('the API of the gateway shows and refunds what was paid', async () => {
  await withService({ ATELIER_PAYMENTS_API_SECRET: secret }, async (service) => {
    const token = await service.newUser('ann@example.com');
    const bought = await order(service, token);
    const paid = await service.pay(bought, good);
    const found = await api(service.sandbox, '/payments/find', { InvoiceId: bought.invoice_id });
    assert.equal(found.Model.TransactionId, paid.transaction_id);
    assert.equal(found.Model.Amount, bought.amount_cents / 100);
    const headers = { 'X-Request-ID': 'refund-of-ann' };
    const refund = { TransactionId: paid.transaction_id, Amount: 1 };
    const first = await api(service.sandbox, '/payments/refund', refund, headers);
    assert.equal(first.Success, true);
    assert.deepEqual(await api(service.sandbox, '/payments/refund', refund, headers), first);
    const latest = await api(service.sandbox, '/v2/payments/find', { InvoiceId: bought.invoice_id });
    assert.equal(latest.Model.OriginalTransactionId, paid.transaction_id);
    await told(service.sandbox);
    assert.equal(service.audit().code, 0);
  });
});

test('a killed service remembers its payments and what it was not told yet', async () => {
  const service = new Service({ ATELIER_SANDBOX_CHAOS_DROPS: '100', ATELIER_SANDBOX_MINUTE: '1h' });
  try {
    await service.start();
    const token = await service.newUser('ann@example.com');
    const bought = await order(service, token);
    const paid = await service.pay(bought, good);
    assert.equal(paid.status, 'Completed');
    assert.equal(await balance(service, token), 0, 'the notification was lost');
    await service.kill();

    await service.start();
    assert.equal(await balance(service, token), 0);
    await post(`${service.sandbox}/sandbox/clock`, { advance: '1h' });
    await told(service.sandbox);
    assert.equal(await balance(service, token), bought.tokens);
    assert.equal((await service.call('GET', `/v1/payments/${bought.id}`, { token })).json.status, 'paid');
    assert.equal(service.audit().code, 0);
    await service.stop();
  } finally {
    service.remove();
  }
});

test('chaos: every notification twice, late, forged or lost, and each payment counts once', async () => {
  const settings = { ATELIER_SANDBOX_MINUTE: '20ms' };
  for (const kind of ['DUPLICATES', 'DELAYS', 'DROPS', 'FORGERIES']) settings[`ATELIER_SANDBOX_CHAOS_${kind}`] = '50';
  await withService(settings, async (service) => {
    const token = await service.newUser('ann@example.com');
    let tokens = 0;
    for (let i = 0; i < 10; ++i) {
      const bought = await order(service, token);
      if (i % 2) await service.pay(bought, '4000 0566 5566 5556');
      await service.pay(bought, good);
      tokens += bought.tokens;
    }
    await told(service.sandbox);
    assert.equal(await balance(service, token), tokens);
    assert.equal(service.audit().code, 0);
  });
});

/** A sandbox by itself, with a shop of the test's own that notes and accepts its notifications. */
class Alone {
  async start(settings = {}) {
    this.seen = [];
    this.shop = http.createServer((request, response) => {
      let body = '';
      request.on('data', (data) => (body += data));
      request.on('end', () => {
        const mac = createHmac('sha256', secret).update(body).digest('base64');
        assert.equal(request.headers['content-hmac'], mac);
        this.seen.push({ kind: request.url.slice(1), ...Object.fromEntries(new URLSearchParams(body)) });
        response.end('{"code":0}');
      });
    });
    await new Promise((resolve) => this.shop.listen(0, '127.0.0.1', resolve));
    this.directory = mkdtempSync(path.join(tmpdir(), 'atelier-sandbox-'));
    this.env = {
      ...process.env,
      ATELIER_PAYMENTS_API_SECRET: secret,
      ATELIER_SANDBOX_PORT: '0',
      ATELIER_SANDBOX_STATE: path.join(this.directory, 'journal.jsonl'),
      ATELIER_SANDBOX_NOTIFY_URL: `http://127.0.0.1:${this.shop.address().port}`,
      ...settings,
    };
    await this.launch();
    return this;
  }

  async launch() {
    this.child = spawn(binary, ['sandbox'], { env: this.env, cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
    let out = '';
    this.log = '';
    this.child.stdout.on('data', (data) => (out += data));
    this.child.stderr.on('data', (data) => (this.log += data));
    [, this.url] = await until('the ready line', () => /^ready sandbox=(\S+)$/m.exec(out));
  }

  async end(signal) {
    this.child.kill(signal);
    return this.exited;
  }

  remove() {
    this.shop.close();
    this.shop.closeAllConnections();
    rmSync(this.directory, { recursive: true, force: true });
  }

  kinds() {
    return this.seen.map(({ kind }) => kind);
  }

  pay(card, more = {}) {
    return post(`${this.url}/pay`, {
      publicTerminalId: 'sandbox_public_id', amount: 990, currency: 'RUB', externalId: 'inv-1',
      userInfo: { accountId: '42', email: 'ann@example.com' }, card, ...more,
    });
  }
}

test('by itself it plays two-stage payments and subscriptions, and survives being killed', async () => {
  const alone = await new Alone().start();
  try {
    const held = await alone.pay(good, { paymentSchema: 'Dual' });
    assert.equal(held.status, 'Authorized');
    const confirmed = await api(alone.url, '/payments/confirm', { TransactionId: held.transaction_id, Amount: 500 });
    assert.equal(confirmed.Success, true);
    await told(alone.url);
    assert.deepEqual(alone.kinds(), ['check', 'pay', 'confirm']);
    assert.equal(alone.seen[1].Status, 'Authorized');
    assert.equal(alone.seen[2].Amount, '500.00');

    const begun = await alone.pay(fading, { recurrent: { interval: 'Month', period: 1 } });
    const steady = await alone.pay(good, { recurrent: { interval: 'Week', period: 1, maxPeriods: 2, amount: 300 } });
    await told(alone.url);
    await alone.end('SIGKILL');
    await alone.launch();
    alone.seen = [];
    await post(`${alone.url}/sandbox/clock`, { advance: '40d' });
    await told(alone.url);
    const of = (id) => alone.seen.filter((each) => each.SubscriptionId === id || each.Id === id)
      .map(({ kind, Status, Amount }) => `${kind} ${Status} ${Amount}`).sort();
    assert.deepEqual(of(begun.subscription_id), [
      'fail Declined 990.00', 'fail Declined 990.00', 'fail Declined 990.00',
      'recurrent PastDue 990.00', 'recurrent Rejected 990.00',
    ]);
    assert.deepEqual(of(steady.subscription_id), [
      'pay Completed 300.00', 'pay Completed 300.00', 'recurrent Expired 300.00',
    ]);
    const { Model } = await api(alone.url, '/subscriptions/find', { accountId: '42' });
    assert.deepEqual(Model.map(({ Status }) => Status).sort(), ['Expired', 'Rejected']);
    assert.deepEqual(await alone.end('SIGTERM'), { code: 0, signal: null });
  } finally {
    alone.child.kill('SIGKILL');
    alone.remove();
  }
});

test('by itself it needs a secret and an address for its notifications', async () => {
  const child = spawn(binary, ['sandbox'], { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => (errors += data));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(code, 2);
  assert.match(errors, /payments\.api_secret and sandbox\.notify_url/);
});
