// Whatever breaks between the service and its database, and whichever of them dies: what clients were told about their
// wallets, and what the journal says, are one story.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check } from './support/history.mjs';
import { Proxy } from './support/proxy.mjs';
import { Service, together, until } from './support/service.mjs';

const rounds = Number(process.env.ATELIER_HISTORY_ROUNDS ?? (process.env.ATELIER_SANITIZED ? 6 : 20));
const seed = Number(process.env.ATELIER_HISTORY_SEED ?? Math.floor(Math.random() * 1e9));
const clientsOfEach = 8;

/** The same numbers for the same seed (mulberry32). */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A user with a small wallet, and clients who spend, look, cancel, and repeat what they got no answer to. */
class Customer {
  constructor(service, email) {
    this.service = service;
    this.email = email;
    this.calls = [];
    this.unknown = [];
    this.left = 0; // attempts without a clear answer
  }

  async prepare() {
    this.token = await this.service.newUser(this.email);
    for (const tokens of [40, 30, 20]) this.service.grant(this.email, tokens);
    const image = await this.service.upload(this.token, 'plain.png', 'image/png');
    const { json: styles } = await this.service.call('GET', '/v1/styles');
    this.body = { input_image_id: image.id, style_id: styles.data[0].id };
    const { json: me } = await this.service.call('GET', '/v1/me', { token: this.token });
    this.id = me.id;
  }

  /** One attempt to spend; what gets no clear answer is kept for later, with its key and the time of its first call. */
  async spend(call) {
    call.invoked ??= performance.now();
    const invoked = performance.now();
    let answer;
    try {
      answer = await this.service.call('POST', '/v1/generations', {
        token: this.token, body: this.body, headers: { 'Idempotency-Key': call.key },
      });
    } catch {
      this.leave(call);
      return undefined;
    }
    call.returned = performance.now();
    if (answer.status === 202) {
      const { cost, id, transaction_id: last, balance } = answer.json;
      this.calls.push({ ...call, result: 'accepted', cost, generation: id, last, balance, answer: answer.text });
    } else if (answer.status === 402) {
      this.calls.push({ ...call, invoked, result: 'refused', cost: 1 });
    } else {
      assert.ok([409, 429, 503, 504].includes(answer.status), answer.text);
      this.leave(call);
      return undefined;
    }
    return answer;
  }

  leave(call) {
    ++this.left;
    this.unknown.push(call);
  }

  async look() {
    const invoked = performance.now();
    const answer = await this.service.call('GET', '/v1/wallet', { token: this.token });
    if (answer.status === 200) {
      const { balance } = answer.json;
      this.calls.push({ result: 'read', invoked, returned: performance.now(), balance });
    }
  }

  async client(name, goOn, random) {
    for (let i = 0; goOn(); ++i) {
      try {
        const what = random();
        if (what < 0.15) {
          await this.look();
        } else if (what < 0.35 && this.unknown.length > 0) {
          await this.spend(this.unknown.shift());
        } else {
          const answer = await this.spend({ key: `${name}-${i}` });
          if (answer?.status === 202 && random() < 0.6) {
            await this.service.call('POST', `/v1/generations/${answer.json.id}/cancel`, { token: this.token });
          }
        }
      } catch { /* the service is away */ }
      await sleep(random() * 40);
    }
  }

  async journal() {
    const rows = [];
    for (let cursor = ''; cursor !== undefined;) {
      const { status, text, json } = await this.service.call('GET', `/v1/wallet/transactions?limit=100${cursor}`, {
        token: this.token,
      });
      assert.equal(status, 200, text);
      rows.push(...json.data);
      cursor = json.next_cursor ? `&cursor=${json.next_cursor}` : undefined;
    }
    return rows;
  }
}

/** What goes wrong in a round; each leaves everything as it was. */
const faults = {
  async 'the service is killed'({ service }) {
    await service.kill();
    await service.start();
  },
  async "PostgreSQL's backends are killed"({ service }) {
    for (const pid of service.backends()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch { /* it has ended by itself */ }
    }
  },
  async 'connections are cut'({ proxy, random }) {
    for (let i = 0; i < 3; ++i) {
      proxy.cut();
      await sleep(random() * 200);
    }
  },
  async 'nobody gets through for a while'({ proxy, random }) {
    proxy.refusing = true;
    proxy.cut();
    await sleep(random() * 500);
    proxy.refusing = false;
  },
  async 'everything is late, then cut'({ proxy, random }) {
    proxy.delay = 20 + random() * 100;
    await sleep(300);
    proxy.cut();
    proxy.delay = 0;
  },
  async 'one direction is closed'({ proxy, random }) {
    proxy.halfClose(random);
    await sleep(random() * 500);
    proxy.cut();
  },
  async 'nothing comes through, then it is cut'({ proxy, random }) {
    proxy.freeze();
    await sleep(random() * 500);
    proxy.cut();
  },
};

test('the check sees what is wrong', () => {
  const row = (id, operation, amount, generation = null) =>
    ({ id, operation, amount, purchase_id: 1, generation_id: generation });
  const call = (result, invoked, returned, more) => ({ result, invoked, returned, cost: 1, ...more });
  const accepted = (invoked, returned, last, generation, balance) =>
    call('accepted', invoked, returned, { last, generation, balance, key: `k${last}`, answer: `a${last}` });
  const story = () => ({
    rows: [row(1, 'grant', 2), row(2, 'spend', -1, 7), row(3, 'refund', 1, 7), row(4, 'spend', -1, 8),
      row(5, 'spend', -1, 9)],
    calls: [accepted(10, 20, 2, 7, 1), accepted(30, 40, 4, 8, 1), accepted(45, 50, 5, 9, 0), call('refused', 51, 60),
      call('read', 15, 35, { balance: 1 }), call('read', 51, 60, { balance: 0 })],
  });
  const wrong = (change) => {
    const doctored = story();
    change(doctored);
    assert.notDeepEqual(check(doctored), [], change.toString());
  };
  assert.deepEqual(check(story()), []);
  wrong(({ rows }) => rows.pop());
  wrong(({ rows }) => rows.push(row(6, 'refund', 1, 7)));
  wrong(({ rows }) => rows.push(row(6, 'spend', -1, 10)));
  wrong(({ rows }) => (rows[0].amount = 1));
  wrong(({ rows }) => (rows[3].amount = -2));
  wrong(({ calls }) => calls.shift());
  wrong(({ calls }) => (calls[0].balance = 2));
  wrong(({ calls }) => (calls[1].generation = 7));
  wrong(({ calls }) => calls.push({ ...calls[0], answer: 'another' }));
  wrong(({ calls }) => calls.push({ ...calls[0], key: 'another' }));
  wrong(({ calls }) => Object.assign(calls[1], { invoked: 55, returned: 60 }));
  wrong(({ calls }) => calls.push(call('refused', 41, 43)));
  wrong(({ calls }) => calls.push(call('read', 51, 60, { balance: 1 })));
});

test(`${rounds} rounds of crashes and broken networks (seed ${seed})`, async (t) => {
  const random = generator(seed);
  const service = new Service({
    ATELIER_GENERATIONS_DEADLINE: '20s',
    ATELIER_HTTP_REQUEST_TIMEOUT: '5s',
    ATELIER_GENERATIONS_QUEUE_LIMIT_PER_USER: '100000',
    ATELIER_GENERATIONS_QUEUE_LIMIT: '100000',
  });
  let proxy;
  try {
    // The service's own cluster survives it; from then on it is reached through the proxy.
    await service.start();
    const customers = ['ann', 'bob', 'eve'].map((name) => new Customer(service, `${name}@example.com`));
    for (const customer of customers) await customer.prepare();
    await service.kill();
    proxy = await new Proxy(path.join(service.socket(), '.s.PGSQL.5432')).listen();
    service.env.DATABASE_URL = `postgresql://atelier@127.0.0.1:${proxy.port}/atelier`;
    await service.start();

    const names = Object.keys(faults);
    for (let round = 0; round < rounds; ++round) {
      let running = true;
      const load = Promise.all(customers.map((customer, number) => together(clientsOfEach, (client) => {
        const chance = generator(seed + 1000 * round + 10 * number + client);
        return customer.client(`${round}-${number}-${client}`, () => running, chance);
      })));
      try {
        await sleep(100 + random() * 200);
        await faults[names[round % names.length]]({ service, proxy, random });
        const before = customers.map(({ calls }) => calls.length);
        await until(`answers after: ${names[round % names.length]}`, () =>
          customers.every(({ calls }, i) => calls.length > before[i] + 5), 60);
      } finally {
        running = false;
        await load;
      }
    }

    // Whoever was left without an answer asks until there is one.
    await until('readiness', async () => (await service.call('GET', `${service.ops}/readyz`)).status === 200, 60);
    for (const customer of customers) {
      await until(`answers to ${customer.email}`, async () => {
        for (const call of customer.unknown.splice(0)) await customer.spend(call);
        return customer.unknown.length === 0;
      }, 60);
    }
    for (const customer of customers) {
      const accepted = customer.calls.filter(({ result }) => result === 'accepted');
      const count = (wanted) => customer.calls.filter(({ result }) => result === wanted).length;
      t.diagnostic(`${customer.email}: ${count('accepted')} accepted, ${count('refused')} refused, ` +
        `${customer.left} left without an answer at first, ${count('read')} looks`);
      assert.ok(accepted.length > rounds, `only ${accepted.length} spends of ${customer.email} were accepted`);
      assert.ok(count('refused') > 0 && count('read') > 0 && customer.left > 0);
      const complaints = check({ rows: await customer.journal(), calls: customer.calls });
      assert.deepEqual(complaints, [], customer.email);
    }
    assert.ok(proxy.counters.cuts > 0 && proxy.counters.halves > 0);
    await service.stop();
    delete service.env.DATABASE_URL;
    const audit = service.audit(); // it takes over the cluster, and stops it
    assert.equal(audit.code, 0, audit.out + audit.err);
  } catch (error) {
    error.message += `\n--- seed ${seed}; the service's log ---\n${service.log.slice(-4000)}`;
    throw error;
  } finally {
    if (service.child?.exitCode === null && service.child?.signalCode === null) await service.stop();
    proxy?.close();
    delete service.env.DATABASE_URL;
    // Whoever uses the cluster last stops it.
    if (existsSync(path.join(service.var, 'postgres/data/postmaster.pid'))) service.audit();
    service.remove();
  }
});
