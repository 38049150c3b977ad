// Whatever crashes: every acknowledged spend is there once, every unacknowledged one at most once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Service, together, until } from './support/service.mjs';

// Under a sanitizer every start takes long; the release binary gets all the rounds.
const rounds = Number(process.env.ATELIER_CRASH_ROUNDS ?? (process.env.ATELIER_SANITIZED ? 3 : 10));
const clients = 32;

/** Clients that spend, each attempt with a key of its own, until told to stop. */
class Load {
  constructor(service, token, body) {
    this.service = service;
    this.token = token;
    this.body = body;
    this.attempts = [];
    this.running = true;
    this.done = together(clients, (client) => this.run(client));
  }

  async run(client) {
    for (let i = 0; this.running; ++i) {
      const attempt = { key: `${Date.now()}-${client}-${i}` };
      this.attempts.push(attempt);
      try {
        const answer = await this.service.call('POST', '/v1/generations', {
          token: this.token, body: this.body, headers: { 'Idempotency-Key': attempt.key },
        });
        attempt.status = answer.status;
        attempt.id = answer.json?.id;
        if (answer.status !== 202) await sleep(20);
      } catch {
        attempt.status = 0; // nobody knows
        await sleep(20);
      }
    }
  }

  async stop() {
    this.running = false;
    await this.done;
    return this.attempts;
  }
}

test(`${rounds} rounds of kill -9 under load, of the service and of PostgreSQL's backends`, async () => {
  const service = new Service({
    ATELIER_GENERATIONS_DEADLINE: '10s', // what is still waiting then ends, and its token comes back
    ATELIER_HTTP_REQUEST_TIMEOUT: '10s',
  });
  try {
    await service.start();
    const { token, body } = await service.customer('crash@example.com', 1_000_000);
    const attempts = [];

    for (let round = 0; round < rounds; ++round) {
      const load = new Load(service, token, body);
      await sleep(150 + Math.random() * 350);
      if (round % 2 === 0) {
        await service.kill();
        attempts.push(...await load.stop());
        await service.start();
      } else {
        for (const pid of service.backends()) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch { /* it has ended by itself */ }
        }
        // The server restarts all its backends; the service comes back by itself.
        await until('a spend after the crash of the database', () =>
          load.attempts.slice(-clients).some(({ status }) => status === 202), 60);
        attempts.push(...await load.stop());
      }
      await until('readiness', async () => (await service.call('GET', `${service.ops}/readyz`)).status === 200, 60);
    }

    // Every attempt is repeated with its key: the acknowledged ones give the same generation.
    const acknowledged = attempts.filter(({ status }) => status === 202);
    const unknown = attempts.filter(({ status }) => status !== 202);
    assert.ok(acknowledged.length > rounds, `only ${acknowledged.length} spends were acknowledged`);
    for (const attempt of acknowledged.filter((_, index) => index % 7 === 0)) {
      const again = await service.call('POST', '/v1/generations', {
        token, body, headers: { 'Idempotency-Key': attempt.key },
      });
      assert.equal(again.status, 202, again.text);
      assert.equal(again.json.id, attempt.id);
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
    }
    // The journal has each acknowledged generation with exactly one spend, and at most one for each unknown attempt.
    const spends = new Map();
    let cursor = '';
    do {
      const next = await service.call('GET', `/v1/wallet/transactions?limit=100${cursor}`, { token });
      assert.equal(next.status, 200, next.text);
      for (const { operation, generation_id: id } of next.json.data) {
        if (operation === 'spend') spends.set(id, (spends.get(id) ?? 0) + 1);
      }
      cursor = next.json.next_cursor ? `&cursor=${next.json.next_cursor}` : '';
    } while (cursor);
    for (const { id } of acknowledged) assert.equal(spends.get(id), 1, `generation ${id}`);
    assert.ok([...spends.values()].every((count) => count === 1));
    assert.ok(spends.size <= acknowledged.length + unknown.length);

    // Unfinished generations end.
    await until('all generations to end', async () => {
      const { json } = await service.call('GET', '/v1/generations?limit=100', { token });
      const depth = await service.metric('atelier_actors_live', 'kind="generation"');
      return depth === 0 && json.data.every(({ status }) => ['succeeded', 'failed'].includes(status));
    }, 120);
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
    const { code } = await service.stop();
    assert.equal(code, 0);
    const rest = service.audit(); // it starts the database by itself, and stops it again
    assert.equal(rest.code, 0, rest.out + rest.err);
  } catch (error) {
    error.message += `\n--- the service's log ---\n${service.log.slice(-4000)}`;
    throw error;
  } finally {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.stop();
    service.remove();
  }
});
