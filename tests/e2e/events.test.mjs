// Streams of events, as clients follow them: what happens to a user, over cut connections and crashes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStream } from './support/events.mjs';
import { until, withService } from './support/service.mjs';

const isEndOf = (id) => ({ event, data }) =>
  event === 'generation' && data.id === id && ['succeeded', 'failed'].includes(data.status);

test('a user sees the balance, the life of generations and payments, in the order of their ids', async () => {
  await withService({}, async (service) => {
    const { token, body } = await service.customer('ann@example.com', 5);
    const stream = await EventStream.open(service, token, '/v1/events');
    assert.equal(stream.status, 200);
    assert.match(stream.response.headers.get('content-type'), /^text\/event-stream/);
    const snapshot = await stream.until(({ event }) => event === 'snapshot');
    assert.deepEqual(snapshot.data, { balance: 5, generations: [], more: false });

    const made = await service.call('POST', '/v1/generations', { token, body });
    await stream.until(({ event, data }) => event === 'balance' && data.balance === 4);
    const { data: last } = await stream.until(isEndOf(made.json.id));
    assert.equal(last.status, 'succeeded');
    const states = stream.events.filter(({ event }) => event === 'generation').map(({ data }) => data.status);
    assert.deepEqual(states, ['queued', 'running', 'succeeded']);
    assert.ok(stream.events.some(({ event, data }) => event === 'progress' && data.generation_id === made.json.id));

    const { json: packages } = await service.call('GET', '/v1/token_packages');
    const order = await service.call('POST', '/v1/payments', {
      token, body: { token_package_id: packages.data[0].id },
    });
    await service.pay(order.json, '4111111111111111');
    const { data: payment } = await stream.until(({ event }) => event === 'payment');
    assert.deepEqual([payment.id, payment.status], [order.json.id, 'paid']);
    await stream.until(({ event, data }) => event === 'balance' && data.balance === 4 + packages.data[0].tokens_amount);

    const ids = stream.events.map(({ id }) => BigInt(id));
    assert.ok(ids.every((id, index) => index === 0 || id > ids[index - 1]));

    // Nobody else hears of it, and the end of the service is an orderly end of its streams.
    const bob = await service.newUser('bob@example.com');
    const other = await EventStream.open(service, bob, '/v1/events');
    await other.until(({ event }) => event === 'snapshot');
    const again = await service.call('POST', '/v1/generations', { token, body });
    await stream.until(isEndOf(again.json.id));
    const [stopped] = await Promise.all([service.stop(), stream.toEnd(), other.toEnd()]);
    assert.equal(stopped.code, 0);
    assert.equal(other.events.length, 1);
  });
});

test('a client that is cut off again and again gets every event once', async () => {
  await withService({}, async (service) => {
    const { token, body } = await service.customer('ann@example.com', 20);
    const whole = await EventStream.open(service, token, '/v1/events');
    await whole.until(({ event }) => event === 'snapshot');
    let part = await EventStream.open(service, token, '/v1/events');
    await part.until(({ event }) => event === 'snapshot');

    const told = [];
    const goOn = async () => {
      const after = part.lastId ?? told.at(-1).id;
      told.push(...part.events);
      await part.cut();
      part = await EventStream.open(service, token, '/v1/events', after);
    };
    const made = [];
    for (let i = 0; i < 4; ++i) {
      made.push((await service.call('POST', '/v1/generations', { token, body })).json.id);
      await part.more();
      await goOn();
    }
    for (const id of made) {
      while (![...told, ...part.events].some(isEndOf(id))) {
        await part.more();
        await goOn();
      }
    }
    told.push(...part.events);
    for (const id of made) await whole.until(isEndOf(id));

    const ids = told.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, 'nothing comes twice');
    assert.equal(told.filter(({ event }) => event === 'snapshot').length, 1);
    const states = (events) => events.filter(({ event }) => event === 'generation').map(({ id, data }) => `${id} ${data.status}`);
    assert.deepEqual(states(told), states(whole.events), 'and nothing is missing');
    assert.ok(ids.every((id, index) => index === 0 || BigInt(id) > BigInt(ids[index - 1])));

    // A generation's own stream goes on likewise; behind its end there is nothing but the end.
    const [first] = made;
    const url = `/v1/generations/${first}/events`;
    const queued = whole.events.find(({ event, data }) => event === 'generation' && data.id === first);
    const resumed = await EventStream.open(service, token, url, queued.id);
    const rest = (await resumed.toEnd()).filter(({ event }) => event === 'status');
    assert.deepEqual(rest.map(({ id, data }) => `${id} ${data.status}`),
      states(whole.events.filter(({ data }) => data.id === first)).slice(1));
    const over = await EventStream.open(service, token, url, resumed.lastId);
    assert.deepEqual((await over.toEnd()).map(({ event }) => event), ['end']);
    assert.equal(await service.metric('atelier_event_stream_starts_total', 'how="snapshot"'), 2);
  });
});

test('after a kill -9 a stream begins with the present and ends with the final state', async () => {
  await withService({ ATELIER_GENERATIONS_SLOTS: '1' }, async (service) => {
    const { token, body } = await service.customer('ann@example.com', 20);
    const before = await EventStream.open(service, token, '/v1/events');
    const made = [];
    for (let i = 0; i < 6; ++i) made.push((await service.call('POST', '/v1/generations', { token, body })).json.id);
    await before.until(({ event, data }) => event === 'balance' && data.balance === 14);
    const own = await EventStream.open(service, token, `/v1/generations/${made[5]}/events`);
    await own.until(({ event }) => event === 'status');
    await service.kill();
    await before.toEnd().catch(() => undefined);
    await own.toEnd().catch(() => undefined);
    await service.start();

    const after = await EventStream.open(service, token, '/v1/events', before.lastId);
    const [first] = await after.until(({ event }) => event).then(() => after.events);
    assert.equal(first.event, 'snapshot');
    assert.equal(first.data.balance, 14);
    assert.ok(BigInt(first.id) > BigInt(before.lastId));
    const open = first.data.generations.map(({ id }) => id);
    const ended = before.events.filter(({ event, data }) => event === 'generation' && data.finished_at).map(({ data }) => data.id);
    for (const id of made) {
      if (open.includes(id)) assert.equal((await after.until(isEndOf(id))).data.status, 'succeeded');
      else assert.equal((await service.finished(token, id)).status, 'succeeded', `${ended}`);
    }
    const again = await EventStream.open(service, token, `/v1/generations/${made[5]}/events`, own.lastId);
    const told = await again.toEnd();
    assert.equal(told.at(-2).data.status, 'succeeded');
    assert.equal(told.at(-1).event, 'end');
  });
});

test('streams are limited, and do not outlive their session', async () => {
  await withService({ ATELIER_EVENTS_STREAMS_PER_USER: '2', ATELIER_EVENTS_STREAMS: '3', ATELIER_EVENTS_HEARTBEAT: '100ms' }, async (service) => {
    const ann = await service.newUser('ann@example.com');
    const open = (token) => EventStream.open(service, token, '/v1/events');
    const streams = [await open(ann), await open(ann)];
    const refused = await service.call('GET', '/v1/events', { token: ann });
    assert.equal(refused.status, 429);
    assert.equal(refused.json.code, 'rate_limited');
    const bob = await service.newUser('bob@example.com');
    streams.push(await open(bob));
    const full = await service.call('GET', '/v1/events', { token: bob });
    assert.equal(full.status, 503);
    assert.equal(full.json.code, 'overloaded');
    assert.equal(await service.metric('atelier_event_streams '), 3);
    assert.equal(await service.metric('atelier_event_stream_starts_total', 'how="refused"'), 2);

    await streams[0].cut();
    await until('the stream to be forgotten', async () => (await service.metric('atelier_event_streams ')) === 2);
    streams.push(await open(ann));

    await service.call('DELETE', '/v1/sessions/current', { token: ann });
    await streams[1].toEnd();
    await streams[3].toEnd();
    await until('only bob to listen', async () => (await service.metric('atelier_event_streams ')) === 1);
    await streams[2].cut();
  });
});

test('an order that prefers to wait is answered with the finished generation', async () => {
  await withService({}, async (service) => {
    const { token, body } = await service.customer('ann@example.com', 5);
    const headers = { Prefer: 'respond-async, wait=25', 'Idempotency-Key': 'patient' };
    const made = await service.call('POST', '/v1/generations', { token, body, headers });
    assert.equal(made.status, 200, made.text);
    assert.equal(made.headers.get('preference-applied'), 'wait=25');
    assert.equal(made.headers.get('location'), `/v1/generations/${made.json.id}`);
    assert.equal(made.json.status, 'succeeded');
    assert.deepEqual((await service.call('GET', `/v1/generations/${made.json.id}`, { token })).json, made.json);

    // What is stored is that it was accepted.
    const { Prefer, ...calm } = headers;
    const stored = await service.call('POST', '/v1/generations', { token, body, headers: calm });
    assert.equal(stored.status, 202);
    assert.equal(stored.json.status, 'queued');
    assert.equal(stored.headers.get('preference-applied'), null);
    const repeated = await service.call('POST', '/v1/generations', { token, body, headers });
    assert.equal(repeated.status, 200);
    assert.equal(repeated.headers.get('idempotency-replayed'), 'true');
    assert.equal(repeated.text, made.text);

    // Who hangs up leaves nothing behind, and the generation goes on.
    const hanging = new AbortController();
    const gone = fetch(`${service.http}/v1/generations`, {
      method: 'POST', signal: hanging.signal, body: JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Prefer: 'wait=25' },
    }).catch(() => undefined);
    const { id } = await until('the generation to be there', async () => {
      const { json } = await service.call('GET', '/v1/generations', { token });
      return json.data.length === 2 && json.data[0];
    });
    hanging.abort();
    await gone;
    assert.equal((await service.finished(token, id)).status, 'succeeded');
    const { code } = await service.stop();
    assert.equal(code, 0);
  });
});
