// The log: one line for each request, and its ids lead through everything that it caused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SdApi } from './support/engines.mjs';
import { until, withService } from './support/service.mjs';

/** An engine's server that keeps what its callers say of themselves. */
class Engine extends SdApi {
  heard = [];

  answer(call, body) {
    if (call.path === '/sdapi/v1/img2img') this.heard.push(call.headers);
    return super.answer(call, body);
  }
}

const facts = (service) => service.log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
const caller = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };

test('the ids of a request lead to its wallet, its generation and its engine', async () => {
  const engine = await new Engine('sdapi', { trouble: 0, slowest: 10 }).listen();
  try {
    await withService({
      ATELIER_LOG_FORMAT: 'json', ATELIER_GENERATIONS_ENGINE: 'sdapi', ATELIER_ENGINES_SDAPI_URL: engine.url,
    }, async (service) => {
      const { token, body } = await service.customer('traced@example.com', 5);
      const begun = await service.call('POST', '/v1/generations', {
        token, body, headers: { 'X-Request-Id': 'order-7', traceparent: `00-${caller.trace}-${caller.span}-01` },
      });
      assert.equal(begun.headers.get('x-request-id'), 'order-7');
      await service.finished(token, begun.json.id);
      await until('the last span', () => facts(service).some(({ name }) => name === 'generation'));

      const lines = facts(service).filter(({ trace_id: id }) => id === caller.trace);
      assert.ok(lines.every(({ request_id: id }) => id === 'order-7'));
      const request = lines.find(({ event }) => event === 'request');
      assert.match(request.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      const { method, path, status, parent_span_id: parent, listener, level } = request;
      assert.deepEqual({ method, path, status, parent, listener, level },
        { method: 'POST', path: '/v1/generations', status: 202, parent: caller.span, listener: 'public', level: 'info' });
      const spans = Object.fromEntries(lines.filter(({ event }) => event === 'span').map((span) => [span.name, span]));
      assert.deepEqual(Object.keys(spans).sort(),
        ['generation', 'generation.engine', 'generation.queue', 'generation.store', 'wallet.spend']);
      for (const name of ['wallet.spend', 'generation']) assert.equal(spans[name].parent_span_id, request.span_id);
      for (const name of ['queue', 'engine', 'store']) {
        assert.equal(spans[`generation.${name}`].parent_span_id, spans.generation.span_id);
        assert.equal(spans[`generation.${name}`].generation, begun.json.id);
      }
      assert.equal(spans['wallet.spend'].user, request.user);
      assert.equal(spans['wallet.spend'].generation, begun.json.id);
      assert.equal(spans['generation.engine'].outcome, 'delivered');
      assert.equal(spans.generation.status, 'succeeded');

      const [headers] = engine.heard;
      assert.equal(headers['x-request-id'], 'order-7');
      assert.equal(headers.traceparent, `00-${caller.trace}-${spans['generation.engine'].span_id}-01`);
      assert.equal(new Set(lines.map(({ span_id: id }) => id)).size, lines.length, 'each has an id of its own');
    });
  } finally {
    await engine.close();
  }
});

test('each request has one line, and none says what is nobody else\'s business', async () => {
  await withService({}, async (service) => {
    const token = await service.newUser('private@example.com');
    await service.call('GET', '/v1/wallet', { token, headers: { 'X-Request-Id': 'mine' } });
    await service.call('GET', '/checkout/secret-query?email=private@example.com', { headers: { 'X-Request-Id': 'query' } });
    const linesOf = (id) => service.log.split('\n').filter((line) => line.includes(`request_id=${id} `));
    await until('the lines', () => linesOf('query').length > 0);
    assert.equal(linesOf('mine').length, 1);
    assert.match(linesOf('mine')[0], / info request listener=public method=GET path=\/v1\/wallet status=200 duration_us=\d+ /);
    assert.match(linesOf('mine')[0], / trace_id=[0-9a-f]{32} span_id=[0-9a-f]{16} user=\d+ from=127\.0\.0\.1 received=0 sent=\d+$/);
    assert.ok(!service.log.includes('private@example.com'));
    assert.ok(!service.log.includes(token));
    assert.equal(await service.metric('atelier_log_lines_dropped_total'), 0);
  });
});
