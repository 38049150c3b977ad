// Two thousand payments, each told of one to five times by many clients, while the service is killed: each is credited
// once.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Service, together, until } from './support/service.mjs';

const count = Number(process.env.ATELIER_PAYMENTS ?? (process.env.ATELIER_SANITIZED ? 400 : 2000));
const clients = 32;
const kills = 3;
const secret = 'cp_test_secret_0001';

test(`${count} payments through ${kills} crashes`, async () => {
  const service = new Service({ ATELIER_PAYMENTS_API_SECRET: secret });
  try {
    await service.start();
    const users = [];
    for (const name of ['ada', 'ben', 'cyd', 'dot']) {
      const token = await service.newUser(`${name}@example.com`);
      users.push({ token, id: (await service.call('GET', '/v1/me', { token })).json.id, bought: 0 });
    }
    const { json: packages } = await service.call('GET', '/v1/token_packages');
    const [bought] = packages.data;
    const orders = [];
    await together(8, async (worker) => {
      for (let i = worker; i < count; i += 8) {
        const user = users[i % users.length];
        const { json } = await service.call('POST', '/v1/payments', {
          token: user.token, body: { token_package_id: bought.id },
        });
        orders.push({ ...json, user, number: i });
      }
    });

    const deliveries = orders.flatMap((order) => {
      const body = new URLSearchParams({
        TransactionId: String(3_000_000_000 + order.number), Amount: (order.amount_cents / 100).toFixed(2),
        Currency: order.currency, InvoiceId: order.invoice_id, AccountId: String(order.user.id), TestMode: '1',
        Status: 'Completed',
      }).toString();
      const signature = createHmac('sha256', secret).update(body).digest('base64');
      return Array.from({ length: 1 + Math.floor(Math.random() * 5) }, () => ({ body, signature }));
    });
    for (let i = deliveries.length - 1; i > 0; --i) {
      const other = Math.floor(Math.random() * (i + 1));
      [deliveries[i], deliveries[other]] = [deliveries[other], deliveries[i]];
    }

    let accepted = 0;
    /** As the gateway does: again and again until it is accepted. */
    async function deliver({ body, signature }) {
      for (;;) {
        try {
          const answer = await service.call('POST', '/webhooks/cloudpayments/pay', {
            raw: body,
            headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-HMAC': signature },
          });
          if (answer.status === 200 && answer.json.code === 0) break;
        } catch { /* it is down */ }
        await sleep(50);
      }
      ++accepted;
    }
    const all = deliveries.length;
    const delivered = together(clients, async () => {
      while (deliveries.length > 0) await deliver(deliveries.pop());
    });
    for (let kill = 1; kill <= kills; ++kill) {
      await until(`kill ${kill}`, () => accepted >= (all * kill) / (kills + 1), 120);
      await service.kill();
      await service.start();
    }
    await delivered;

    for (const { user } of orders) ++user.bought;
    for (const { token, bought: number } of users) {
      const { json: wallet } = await service.call('GET', '/v1/wallet', { token });
      assert.equal(wallet.balance, number * bought.tokens_amount);
    }
    const { json: page } = await service.call('GET', '/v1/payments?limit=100', { token: users[0].token });
    assert.ok(page.data.every(({ status }) => status === 'paid'));
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
  } finally {
    await service.stop();
    service.remove();
  }
});
