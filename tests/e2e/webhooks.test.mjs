// The edge where the gateway's notifications come in: from whom, signed by whom, in which encoding.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { withService } from './support/service.mjs';

const secret = 'cp_test_secret_0001';
const form = 'application/x-www-form-urlencoded';
const sign = (text) => createHmac('sha256', secret).update(text).digest('base64');

test('notifications are taken from the gateway only, behind a proxy too, and in its encoding', async () => {
  await withService({
    ATELIER_PAYMENTS_API_SECRET: secret,
    ATELIER_PAYMENTS_NOTIFICATION_ADDRESSES: '185.98.81.0/28, 2001:db8:77::/48',
    ATELIER_PAYMENTS_NOTIFICATION_ENCODING: 'windows-1251',
    ATELIER_HTTP_TRUSTED_PROXIES: '127.0.0.0/8',
  }, async (service) => {
    const token = await service.newUser('ann@example.com');
    const { json: packages } = await service.call('GET', '/v1/token_packages');
    const { json: order } = await service.call('POST', '/v1/payments', {
      token, body: { token_package_id: packages.data[0].id },
    });
    const { json: me } = await service.call('GET', '/v1/me', { token });
    const amount = (order.amount_cents / 100).toFixed(2);
    // "МИР" in windows-1251, and once more in lower case.
    const body = `TransactionId=3355000001&Amount=${amount}&Currency=${order.currency}&InvoiceId=${order.invoice_id}` +
      `&AccountId=${me.id}&Token=&CardType=%CC%c8%D0&TestMode=1&Status=Completed`;
    const from = (address, kind, more = {}) => service.call('POST', `/webhooks/cloudpayments/${kind}`, {
      raw: body,
      headers: { 'Content-Type': form, 'Content-HMAC': sign(body), 'X-Forwarded-For': address, ...more },
    });

    for (const address of ['192.0.2.1', '185.98.81.3, 192.0.2.1', 'unknown', '']) {
      const refused = await from(address, 'pay');
      assert.equal(refused.status, 403, address);
      assert.equal(refused.json.code, 'forbidden_address');
    }
    assert.equal((await from('185.98.81.3', 'pay', { Forwarded: 'for=192.0.2.1' })).status, 403);
    assert.equal(await service.metric('atelier_webhooks_total', 'type="pay",verdict="foreign_address"'), 5);
    assert.equal((await from('185.98.81.3', 'pay', { 'Content-HMAC': sign('x') })).status, 401);
    assert.equal((await service.call('GET', '/v1/wallet', { token })).json.balance, 0);

    assert.deepEqual((await from('192.0.2.1, 2001:db8:77::5', 'check')).json, { code: 0 });
    const paid = await service.call('GET', `/webhooks/cloudpayments/pay?${body}`, {
      headers: { 'Content-HMAC': sign(body), Forwarded: 'for="[2001:db8:77::5]:443"' },
    });
    assert.deepEqual(paid.json, { code: 0 });
    assert.deepEqual((await from('185.98.81.3', 'pay')).json, { code: 0 });
    const { json: wallet } = await service.call('GET', '/v1/wallet', { token });
    assert.equal(wallet.balance, packages.data[0].tokens_amount);
    assert.equal(wallet.purchases.length, 1);
    const { json: payment } = await service.call('GET', `/v1/payments/${order.id}`, { token });
    assert.equal(payment.card_type, 'МИР');
    assert.equal(await service.metric('atelier_webhooks_total', 'type="pay",verdict="duplicate"'), 1);
  });
});
