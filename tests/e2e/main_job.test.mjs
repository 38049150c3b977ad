// The main job: from signing up to a redesigned room, as a client does it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withService, room, together, until } from './support/service.mjs';

const declined = '4000 0566 5566 5556';

/** Reads an event stream to its end. */
async function events(service, token, id) {
  const { text, headers } = await service.call('GET', `/v1/generations/${id}/events`, { token });
  assert.match(headers.get('content-type'), /^text\/event-stream/);
  return text.split('\n\n').filter((block) => block.includes('event: ')).map((block) => ({
    event: /^event: (.*)$/m.exec(block)[1],
    id: Number(/^id: (.*)$/m.exec(block)?.[1]),
    data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] || 'null'),
  }));
}

test('a person signs up, buys tokens, uploads a room and gets it redesigned', async () => {
  await withService({}, async (service) => {
    const email = 'ann@example.com';
    const password = 'correct horse battery';

    // 1. An account, whether or not the address is known.
    const first = await service.call('POST', '/v1/users', { body: { email, password } });
    assert.equal(first.status, 202);
    const mailed = await service.mailedToken(email);
    const again = await service.call('POST', '/v1/users', { body: { email, password } });
    assert.equal(again.status, 202);
    assert.equal(again.text, first.text);
    const early = await service.call('POST', '/v1/sessions', { body: { email, password } });
    assert.equal(early.status, 403);
    assert.equal(early.json.code, 'email_not_confirmed');
    const page = await service.call('GET', `/confirm?token=${mailed}`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type'), /^text\/html/);
    const confirmed = await service.call('POST', '/v1/users/confirmation', { body: { token: mailed } });
    assert.equal(confirmed.status, 200);

    // 2. A session.
    const wrong = await service.call('POST', '/v1/sessions', { body: { email, password: 'wrong password' } });
    assert.equal(wrong.status, 401);
    const session = await service.call('POST', '/v1/sessions', { body: { email, password } });
    assert.equal(session.status, 201);
    assert.equal(session.json.user.email, email);
    const { token } = session.json;
    const me = await service.call('GET', '/v1/me', { token });
    assert.equal(me.json.email, email);

    // 3. What there is to choose from.
    const styles = await service.call('GET', '/v1/styles');
    assert.ok(styles.json.data.length >= 10);
    assert.equal(styles.json.next_cursor, null);
    const packages = await service.call('GET', '/v1/token_packages');
    assert.ok(packages.json.data.length >= 3);

    // 4. Tokens, bought at the sandbox.
    const [bought] = packages.json.data;
    const order = await service.call('POST', '/v1/payments', { token, body: { token_package_id: bought.id } });
    assert.equal(order.status, 201);
    assert.equal(order.json.status, 'pending');
    assert.equal(order.json.amount_cents, bought.price_cents);
    const { checkout } = order.json;
    assert.equal(checkout.gateway, 'sandbox');
    assert.match(checkout.url, new RegExp(`^/checkout/${order.json.id}\\?key=[\\w-]{22}$`));
    assert.equal(checkout.script, `${service.sandbox}/bundles/cloudpayments.js`);
    const refused = await service.pay(order.json, declined);
    assert.equal(refused.status, 'Declined');
    assert.equal((await service.call('GET', '/v1/wallet', { token })).json.balance, 0);
    const paid = await service.pay(order.json, '4111111111111111');
    assert.equal(paid.status, 'Completed');
    const payment = await service.call('GET', `/v1/payments/${order.json.id}`, { token });
    assert.equal(payment.json.status, 'paid');
    assert.equal(payment.json.card_last_four, '1111');
    const wallet = await service.call('GET', '/v1/wallet', { token });
    assert.equal(wallet.json.balance, bought.tokens_amount);
    assert.equal(wallet.json.purchases.length, 1);
    assert.equal(wallet.json.purchases[0].tokens_remaining, bought.tokens_amount);

    // 5. A photo of 12 megapixels.
    const image = await service.upload(token, 'living_room.jpg', 'image/jpeg');
    assert.deepEqual([image.kind, image.room_type, image.width, image.height], ['input', 'living_room', 4000, 3000]);
    const file = await service.call('GET', `/v1/images/${image.id}/file?original=true`, { token });
    assert.ok(file.bytes.equals(room('living_room.jpg')));
    const form = new FormData();
    form.set('file', new Blob([room('plain.png')], { type: 'image/png' }), 'plain.png');
    const multipart = await service.call('POST', '/v1/images', { token, raw: form });
    assert.equal(multipart.status, 201);
    assert.equal(multipart.json.content_type, 'image/png');

    // 6. A generation.
    const body = { input_image_id: image.id, style_id: styles.json.data[0].id };
    const headers = { 'Idempotency-Key': '"first-try"' };
    const accepted = await service.call('POST', '/v1/generations', { token, body, headers });
    assert.equal(accepted.status, 202);
    assert.equal(accepted.headers.get('location'), `/v1/generations/${accepted.json.id}`);
    assert.equal(accepted.json.status, 'queued');
    assert.equal(accepted.json.balance, bought.tokens_amount - accepted.json.cost);
    const replayed = await service.call('POST', '/v1/generations', { token, body, headers });
    assert.equal(replayed.status, 202);
    assert.equal(replayed.headers.get('idempotency-replayed'), 'true');
    assert.equal(replayed.text, accepted.text);
    const reused = await service.call('POST', '/v1/generations', {
      token, headers, body: { ...body, style_id: styles.json.data[1].id },
    });
    assert.equal(reused.status, 422);
    assert.equal(reused.json.code, 'idempotency_key_reused');

    const told = await events(service, token, accepted.json.id);
    const states = told.filter(({ event }) => event === 'status').map(({ data }) => data.status);
    assert.equal(states.at(-1), 'succeeded');
    assert.equal(told.at(-1).event, 'end');
    assert.ok(told.some(({ event }) => event === 'progress'));
    assert.ok(told.every(({ id }, index) => index === 0 || !(id <= told[index - 1].id)));

    const done = await service.finished(token, accepted.json.id);
    assert.equal(done.status, 'succeeded');
    const output = await service.call('GET', `/v1/images/${done.output_image_id}`, { token });
    assert.deepEqual([output.json.kind, output.json.width, output.json.height], ['output', 4000, 3000]);
    const redesigned = await service.call('GET', `/v1/images/${done.output_image_id}/file`, { token });
    assert.equal(redesigned.headers.get('content-type'), 'image/jpeg');
    assert.ok(!redesigned.bytes.equals(file.bytes));
    assert.ok(!redesigned.bytes.includes('Exif'));

    const cancelled = await service.call('POST', '/v1/generations', { token, body });
    const stopped = await service.call('POST', `/v1/generations/${cancelled.json.id}/cancel`, { token });
    assert.equal(stopped.status, 200);
    assert.ok(['failed', 'succeeded'].includes(stopped.json.status));
    const spent = stopped.json.status === 'failed' ? 1 : 2;
    if (stopped.json.status === 'failed') assert.equal(stopped.json.error.code, 'canceled');
    const left = await service.call('GET', '/v1/wallet', { token });
    assert.equal(left.json.balance, bought.tokens_amount - spent * accepted.json.cost);

    // 7. The journal, newest first, in pages.
    const journal = [];
    let cursor = '';
    do {
      const next = await service.call('GET', `/v1/wallet/transactions?limit=2${cursor}`, { token });
      journal.push(...next.json.data);
      cursor = next.json.next_cursor ? `&cursor=${next.json.next_cursor}` : '';
    } while (cursor);
    assert.equal(journal.at(-1).operation, 'purchase');
    assert.equal(journal.reduce((sum, { amount }) => sum + amount, 0), left.json.balance);
    assert.ok(journal.every(({ id }, index) => index === 0 || id < journal[index - 1].id));

    // 8. The books.
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);

    // Nobody else sees any of it.
    const bob = await service.newUser('bob@example.com');
    for (const url of [`/v1/images/${image.id}`, `/v1/images/${image.id}/file`, `/v1/payments/${order.json.id}`,
      `/v1/generations/${done.id}`, `/v1/generations/${done.id}/events`]) {
      assert.equal((await service.call('GET', url, { token: bob })).status, 404, url);
    }

    // The end of the session.
    assert.equal((await service.call('DELETE', '/v1/sessions/current', { token })).status, 204);
    assert.equal((await service.call('GET', '/v1/me', { token })).status, 401);
    const { code } = await service.stop();
    assert.equal(code, 0);
  });
});

test('the same Pay a hundred times more, twenty at a time, changes nothing', async () => {
  await withService({ ATELIER_PAYMENTS_API_SECRET: 'cp_test_secret_0001' }, async (service) => {
    const { createHmac } = await import('node:crypto');
    const token = await service.newUser('pat@example.com');
    const { json: packages } = await service.call('GET', '/v1/token_packages');
    const { json: order } = await service.call('POST', '/v1/payments', {
      token, body: { token_package_id: packages.data[1].id },
    });
    const { json: me } = await service.call('GET', '/v1/me', { token });
    const pay = new URLSearchParams({
      TransactionId: '3355000001', Amount: (order.amount_cents / 100).toFixed(2), Currency: order.currency,
      PaymentAmount: (order.amount_cents / 100).toFixed(2), PaymentCurrency: order.currency,
      OperationType: 'Payment', InvoiceId: order.invoice_id, AccountId: String(me.id), SubscriptionId: '',
      DateTime: '2026-03-01 09:15:30', CardFirstSix: '424242', CardLastFour: '4242', CardType: 'Visa',
      CardExpDate: '12/30', TestMode: '1', Status: 'Completed', Token: 'tk_0000000000000000000000000001',
    }).toString();
    const hook = (kind, body, secret) => service.call('POST', `/webhooks/cloudpayments/${kind}`, {
      raw: body,
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-HMAC': createHmac('sha256', secret).update(body).digest('base64'),
      },
    });
    const forged = await hook('pay', pay, 'another secret');
    assert.equal(forged.status, 401);
    assert.ok(!forged.text.includes('"code":0'));
    const check = await hook('check', pay.replace('3355000001', '3355000001'), 'cp_test_secret_0001');
    assert.deepEqual(check.json, { code: 0 });
    const dear = await hook('check', pay.replace(/Amount=[^&]*/, 'Amount=1.00'), 'cp_test_secret_0001');
    assert.deepEqual(dear.json, { code: 12 });
    assert.deepEqual((await hook('pay', pay, 'cp_test_secret_0001')).json, { code: 0 });
    await together(20, async () => {
      for (let i = 0; i < 5; ++i) {
        const repeat = await hook('pay', pay, 'cp_test_secret_0001');
        assert.equal(repeat.status, 200);
        assert.deepEqual(repeat.json, { code: 0 });
      }
    });
    const wallet = await service.call('GET', '/v1/wallet', { token });
    assert.equal(wallet.json.balance, packages.data[1].tokens_amount);
    assert.equal(wallet.json.purchases.length, 1);
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
  });
});

test('operators see health, metrics and the actors', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('olga@example.com');
    await service.call('GET', '/v1/wallet', { token });
    assert.equal((await service.call('GET', `${service.ops}/healthz`)).status, 200);
    const ready = await service.call('GET', `${service.ops}/readyz`);
    assert.equal(ready.status, 200, ready.text);
    assert.deepEqual(ready.json.checks.map(({ name }) => name).sort(), ['database', 'disk', 'writer']);
    const { text } = await service.call('GET', `${service.ops}/metrics`);
    for (const name of ['atelier_actors_live', 'atelier_actors_spawned_total', 'atelier_actor_handling_seconds',
      'atelier_writer_batches_total', 'atelier_writer_commit_seconds', 'atelier_http_requests_total',
      'atelier_generations_queued', 'process_resident_memory_bytes']) {
      assert.ok(text.includes(`# TYPE ${name} `), name);
    }
    await until('the wallet to be counted', async () => (await service.metric('atelier_actors_live', 'kind="wallet"')) === 1);
    // A sign-up and a sign-in.
    assert.equal(await service.metric('atelier_pool_jobs_total', 'pool="hashing",result="done"'), 2);
    assert.ok((await service.metric('atelier_pool_jobs_total', 'pool="reads",result="done"')) > 0);
    const tree = await service.asOperator('GET', '/ops/actors');
    const wallets = tree.json.families.find(({ kind }) => kind === 'wallet');
    assert.equal(wallets.live, 1);
    assert.equal((await service.call('GET', '/metrics')).status, 404, 'not on the public listener');
  });
});
