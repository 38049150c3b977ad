// Outgoing webhooks: signed, at least once with one id, never for what did not happen, and not into our own network.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { judgeWebhook } from './support/contract.mjs';
import { until, withService } from './support/service.mjs';

const card = '4111111111111111';
const inner = { ATELIER_WEBHOOKS_ALLOW_INSECURE: 'true', ATELIER_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES: 'true' };

/** The signature that Standard Webhooks asks for. */
function sign(secret, { id, timestamp, body }) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** A customer's server. `answer` gets each webhook, and how often it came before, and gives a status. */
class Receiver {
  constructor(answer = () => 200) {
    this.got = [];
    this.server = createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        const webhook = {
          path: request.url,
          id: request.headers['webhook-id'],
          timestamp: request.headers['webhook-timestamp'],
          signatures: request.headers['webhook-signature'].split(' '),
          body: Buffer.concat(parts).toString('utf8'),
        };
        const before = this.got.filter(({ id, path }) => id === webhook.id && path === webhook.path).length;
        webhook.status = answer(webhook, before);
        webhook.headers = request.headers;
        this.got.push(webhook);
        response.writeHead(webhook.status, { 'Content-Length': 0 }).end();
      });
    });
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** What was accepted at a path. */
  accepted(path) {
    return this.got.filter((webhook) => webhook.path === path && webhook.status === 200);
  }
}

async function withReceiver(answer, run) {
  const receiver = await new Receiver(answer).start();
  try {
    await run(receiver);
    receiver.got.forEach(judgeWebhook);
  } finally {
    receiver.stop();
  }
}

async function endpoint(service, token, url, events) {
  const made = await service.call('POST', '/v1/webhook_endpoints', { token, body: { url, ...(events && { events }) } });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers.get('location'), `/v1/webhook_endpoints/${made.json.id}`);
  return made.json;
}

const show = async (service, token, { id }) =>
  (await service.call('GET', `/v1/webhook_endpoints/${id}`, { token })).json;
const deliveries = async (service, token, { id }) =>
  (await service.call('GET', `/v1/webhook_endpoints/${id}/deliveries`, { token })).json.data;

test('every event arrives, signed and with one id, though the receiver fails and the service is killed', async () => {
  await withReceiver((_, before) => (before === 0 ? 500 : 200), async (receiver) => {
    await withService(inner, async (service) => {
      const { token, body } = await service.customer('walter@example.com', 10);
      const all = await endpoint(service, token, `${receiver.url}/all`);
      const paid = await endpoint(service, token, `${receiver.url}/paid`, ['payment.paid']);
      assert.match(all.secret, /^whsec_/);
      assert.equal((await show(service, token, all)).secret, undefined);

      const stranger = await service.customer('erika@example.com', 10);
      const generate = async (who) => (await service.call('POST', '/v1/generations', who)).json;
      await generate({ token: stranger.token, body: stranger.body });
      const ours = [];
      for (let i = 0; i < 4; ++i) ours.push(await generate({ token, body }));
      await service.call('POST', `/v1/generations/${ours[3].id}/cancel`, { token });
      const { json: packages } = await service.call('GET', '/v1/token_packages');
      const { json: order } = await service.call('POST', '/v1/payments', {
        token, body: { token_package_id: packages.data[0].id },
      });
      assert.equal((await service.pay(order, card)).status, 'Completed');
      await until('the first attempts', () => receiver.got.length > 2);
      await service.kill();
      await service.start();

      const expected = [];
      for (const { id } of ours) {
        const ended = await service.finished(token, id);
        expected.push([`generation-${id}-${ended.status}`, `generation.${ended.status}`, ended]);
      }
      const payment = await until('the payment', async () => {
        const { json } = await service.call('GET', `/v1/payments/${order.id}`, { token });
        return json.status === 'paid' && json;
      });
      expected.push([`payment-${order.id}-paid`, 'payment.paid', payment]);

      const ids = (path) => [...new Set(receiver.accepted(path).map(({ id }) => id))].sort();
      await until('every event', () => ids('/all').length >= expected.length && ids('/paid').length >= 1, 120);
      assert.deepEqual(ids('/all'), expected.map(([id]) => id).sort());
      assert.deepEqual(ids('/paid'), [`payment-${order.id}-paid`]);
      for (const webhook of receiver.got) {
        const { secret } = webhook.path === '/all' ? all : paid;
        assert.deepEqual(webhook.signatures, [sign(secret, webhook)]);
        const [, type, data] = expected.find(([id]) => id === webhook.id);
        const told = JSON.parse(webhook.body);
        assert.equal(told.type, type);
        assert.deepEqual(told.data, data);
      }
      await until('all to be noted', async () =>
        (await deliveries(service, token, all)).every(({ status }) => status === 'delivered'));
      for (const { attempts, last_error: error } of await deliveries(service, token, all)) {
        assert.ok(attempts >= 2);
        assert.equal(error, null);
      }
      assert.equal((await show(service, token, all)).failing_since, null);
      assert.equal((await service.call('GET', `/v1/webhook_endpoints/${all.id}`, { token: stranger.token })).status, 404);
      const audit = service.audit();
      assert.equal(audit.code, 0, audit.out + audit.err);
    });
  });
});

test('the owner tries an endpoint, changes its secret, and enables it again after it was gone', async () => {
  let status = 200;
  await withReceiver(() => status, async (receiver) => {
    await withService(inner, async (service) => {
      const token = await service.newUser('otto@example.com');
      const made = await endpoint(service, token, `${receiver.url}/hook`, []);
      const at = `/v1/webhook_endpoints/${made.id}`;
      const ping = async () => {
        const count = receiver.got.length;
        const { status: queued } = await service.call('POST', `${at}/test`, { token });
        if (queued === 202) await until('the ping', () => receiver.got.length > count);
        return queued;
      };
      assert.equal(await ping(), 202);
      assert.deepEqual(JSON.parse(receiver.got[0].body).data, { webhook_endpoint_id: made.id });
      assert.deepEqual(receiver.got[0].signatures, [sign(made.secret, receiver.got[0])]);

      const { json: renewed } = await service.call('POST', `${at}/secret`, { token });
      assert.notEqual(renewed.secret, made.secret);
      assert.equal(await ping(), 202);
      assert.deepEqual(receiver.got[1].signatures, [renewed, made].map(({ secret }) => sign(secret, receiver.got[1])));

      status = 410;
      assert.equal(await ping(), 202);
      const gone = await until('it to be disabled', async () => {
        const now = await show(service, token, made);
        return !now.enabled && now;
      });
      assert.equal(gone.disabled_reason, 'gone');
      assert.equal(await ping(), 409);
      status = 200;
      const { json: again } = await service.call('PATCH', at, { token, body: { enabled: true } });
      assert.deepEqual([again.enabled, again.disabled_at, again.disabled_reason], [true, null, null]);
      assert.equal(await ping(), 202);
      assert.equal(await service.metric('atelier_webhook_deliveries_total', 'result="gone"'), 1);

      for (let i = 1; i < 16; ++i) await endpoint(service, token, `${receiver.url}/${i}`);
      const many = await service.call('POST', '/v1/webhook_endpoints', { token, body: { url: receiver.url } });
      assert.equal(many.status, 409);
      assert.equal((await service.call('DELETE', at, { token })).status, 204);
      assert.equal((await service.call('GET', at, { token })).status, 404);
    });
  });
});

test('nobody sends webhooks into our own network', async () => {
  await withReceiver(undefined, async (receiver) => {
    await withService({}, async (service) => {
      const token = await service.newUser('mallory@example.com');
      const port = new URL(receiver.url).port;
      for (const url of [receiver.url, `https://127.0.0.1:${port}/`, 'https://169.254.169.254/', 'https://[::1]/',
        'https://2130706433/', 'https://user@example.com/', 'ftp://example.com/']) {
        const refused = await service.call('POST', '/v1/webhook_endpoints', { token, body: { url } });
        assert.equal(refused.json.code, 'validation_failed', url);
        assert.equal(refused.json.errors?.[0]?.field ?? 'url', 'url');
      }
      const made = await endpoint(service, token, `https://localhost:${port}/`);
      await service.call('POST', `/v1/webhook_endpoints/${made.id}/test`, { token });
      const [delivery] = await until('the refusal', async () => {
        const [latest] = await deliveries(service, token, made);
        return latest.last_error && [latest];
      });
      assert.equal(delivery.status, 'waiting');
      assert.equal(delivery.last_error, 'the host leads to an address that may not be reached');
      assert.equal(receiver.got.length, 0);
    });
  });
});
