// The database stops answering for a while, under load: nothing is lost, and nobody has to do anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Service, patience, together, until } from './support/service.mjs';

const outage = Number(process.env.ATELIER_OUTAGE_SECONDS ?? (process.env.ATELIER_SANITIZED ? 10 : 30));
const clients = 32;

test(`PostgreSQL stops for ${outage} seconds under load`, async () => {
  const service = new Service({
    ATELIER_HTTP_REQUEST_TIMEOUT: '3s',
    ATELIER_GENERATIONS_DEADLINE: '10s',
    ATELIER_WALLETS_IN_FLIGHT_LIMIT: '64',
    ATELIER_GENERATIONS_QUEUE_LIMIT_PER_USER: '1000000',
    ATELIER_GENERATIONS_QUEUE_LIMIT: '1000000',
  });
  try {
    await service.start();
    const { token, body } = await service.customer('outage@example.com', 1_000_000);
    const spend = (key) => service.call('POST', '/v1/generations', { token, body, headers: { 'Idempotency-Key': key } });
    const wallet = () => service.call('GET', '/v1/wallet', { token });

    const hasty = await service.customer('rush@example.com', 1000);
    const rush = () => service.call('POST', '/v1/generations', hasty);

    const attempts = [];
    let running = true;
    const load = together(clients, async (client) => {
      for (let i = 0; running; ++i) {
        const attempt = { key: `${client}-${i}`, began: Date.now() };
        attempts.push(attempt);
        try {
          const answer = await spend(attempt.key);
          attempt.status = answer.status;
          attempt.id = answer.json.id;
          attempt.retry = answer.headers.get('retry-after');
        } catch (error) {
          attempt.status = error.cause?.code ?? error.message;
        }
        attempt.ended = Date.now();
        if (attempt.status !== 202) await sleep(100);
      }
    });
    await until('some spends', () => attempts.filter(({ status }) => status === 202).length > 200);

    const [postmaster, others] = service.postgres();
    const all = [postmaster, ...others];
    const memory = service.memory();
    all.forEach((pid) => process.kill(pid, 'SIGSTOP'));
    const stopped = Date.now();
    try {
      // More than one wallet may hold: the rest is refused while those before it still wait.
      const codes = [];
      await together(100, async () => codes.push((await rush()).json.code));
      assert.deepEqual(codes.slice(0, 36), Array(36).fill('overloaded'));
      assert.equal(codes.filter((code) => code === 'overloaded').length, 36);
      while (Date.now() < stopped + outage * 1000) {
        // What is in memory is still there, and operators still see.
        assert.equal((await wallet()).status, 200);
        assert.equal((await service.call('GET', `${service.ops}/healthz`)).status, 200);
        assert.equal((await service.call('GET', `${service.ops}/metrics`)).status, 200);
        await sleep(1000);
      }
    } finally {
      all.forEach((pid) => process.kill(pid, 'SIGCONT'));
    }
    const resumed = Date.now();
    const grown = service.memory() - memory;
    assert.ok(grown < 200 * patience, `memory grew by ${grown} MiB`);

    const during = attempts.filter(({ began, ended }) => began > stopped && ended < resumed);
    assert.ok(during.length > clients, `${during.length} attempts`);
    // A connection that was cut is no answer; its key is repeated below like all others.
    for (const { status, retry } of during.filter((attempt) => typeof attempt.status === 'number')) {
      assert.equal(status, 503);
      assert.ok(Number(retry) >= 1, 'Retry-After');
    }
    await until('spends to go on', () => attempts.some(({ began, status }) => began > resumed && status === 202), 30);
    await sleep(500);
    running = false;
    await load;

    // Whatever was answered, a repeat of its key has one effect.
    const generations = new Map();
    for (const { key, status, id } of attempts.filter((_, index) => index % 5 === 0 || attempts[index].status !== 202)) {
      const again = await until(`an answer to ${key}`, async () => {
        const answer = await spend(key);
        return answer.status === 202 ? answer : undefined;
      }, 30);
      if (status === 202) {
        assert.equal(again.json.id, id);
        assert.equal(again.headers.get('idempotency-replayed'), 'true');
      }
      assert.ok(!generations.has(again.json.id), 'each key has a generation of its own');
      generations.set(again.json.id, key);
    }
    await until('all generations to end',
      async () => await service.metric('atelier_actors_live', 'kind="generation"') === 0, 120);
    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
    assert.equal((await service.stop()).code, 0);
  } catch (error) {
    error.message += `\n--- the service's log ---\n${service.log.slice(-4000)}`;
    throw error;
  } finally {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.stop();
    service.remove();
  }
});
