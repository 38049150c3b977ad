// Five hundred generations over five engines that fail, while the service is killed five times: each ends, each is paid
// for once or given back, and each picture is the right one, whole and there once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice, OpenAi, Replicate, SdApi, SdCpp } from './support/engines.mjs';
import { numberOf } from './support/pictures.mjs';
import { Service, together, until } from './support/service.mjs';

const count = Number(process.env.ATELIER_GENERATIONS ?? (process.env.ATELIER_SANITIZED ? 150 : 500));
const seed = Number(process.env.ATELIER_SEED ?? 1);
const kills = 5;
const users = 5;
const tokens = 1000; // each user's
const attempts = 4;

/** The engines, and the text of a configuration file by which the service uses them. Nothing else here knows names. */
function configuration(engines, port) {
  const [openai, sdapi, sdcpp, replicate, compatible] = engines;
  return `
http.port = ${port}
http.base_url = "http://127.0.0.1:${port}"
generations {
    engine = "openai"
    fallback = "sdapi, sdcpp, replicate, compatible"
    attempts = ${attempts}
    deadline = 1h
}
engines {
    pause = 200ms
    openai {
        url = "${openai.url}/v1"
        key = "${openai.key}"
    }
    sdapi.url = "${sdapi.url}"
    sdcpp {
        url = "${sdcpp.url}"
        slots = 4
    }
    replicate {
        url = "${replicate.url}/v1"
        token = "${replicate.token}"
        model = "ours/rooms"
        webhook_secret = "${replicate.secret}"
    }
    compatible {
        url = "${compatible.url}/v1"
        slots = 2
    }
}
sweeper {
    interval = 1s
    orphan_age = 1m
}
`;
}

function fivefold() {
  const options = (number) => ({ seed: seed * 10 + number, trouble: 0.3, slowest: 200 });
  return [
    new OpenAi('openai', { ...options(1), key: 'sk-of-the-tests' }), new SdApi('sdapi', options(2)),
    new SdCpp('sdcpp', options(3)), new Replicate('replicate', options(4)), new OpenAi('compatible', options(5)),
  ];
}

/** Webhooks come to the same address after a restart. */
async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function sql(service, text) {
  const asked = spawnSync('psql', ['-XAtq', '-h', service.socket(), '-U', 'atelier', '-c', text, 'atelier'],
    { encoding: 'utf8' });
  assert.equal(asked.status, 0, asked.stderr);
  return asked.stdout.trim().split('\n').filter(Boolean);
}

/** Key and size of every file in the store. */
function storedFiles(service) {
  const root = path.join(service.var, 'storage');
  return readdirSync(root, { recursive: true }).map((name) => path.join(root, name))
    .map((file) => [file, statSync(file, { throwIfNoEntry: false })]) // the sweeper is at work
    .filter(([, status]) => status?.isFile())
    .map(([file, { size }]) => `${path.basename(file)}|${size}`).sort();
}

/** Keeps on asking, with the same key, until it has been accepted: the service may be down meanwhile. */
async function accepted(service, customer, number) {
  for (;;) {
    try {
      const answer = await service.call('POST', '/v1/generations', {
        token: customer.token, body: { ...customer.body, seed: number },
        headers: { 'Idempotency-Key': `generation-${number}` },
      });
      if (answer.status === 202) return { id: answer.json.id, number, customer };
      if (![429, 503, 504].includes(answer.status)) assert.fail(`${answer.status} ${answer.text}`);
    } catch (error) {
      if (error.code === 'ERR_ASSERTION') throw error;
    }
    await sleep(100);
  }
}

/** Every final generation, by id. */
async function finals(service, customer) {
  const found = new Map();
  let cursor = '';
  do {
    const page = await service.call('GET', `/v1/generations?limit=100${cursor}`, { token: customer.token });
    assert.equal(page.status, 200, page.text);
    for (const each of page.json.data) {
      if (['succeeded', 'failed'].includes(each.status)) found.set(each.id, each);
    }
    cursor = page.json.next_cursor ? `&cursor=${page.json.next_cursor}` : '';
  } while (cursor);
  return found;
}

/** Tokens exact: what was granted, less what succeeded. */
async function checkWallet(service, customer, mine) {
  const spent = mine.filter(({ status }) => status === 'succeeded').reduce((sum, { cost }) => sum + cost, 0);
  const { json: wallet } = await service.call('GET', '/v1/wallet', { token: customer.token });
  assert.equal(wallet.balance, tokens - spent);
  for (const each of mine) {
    assert.equal(each.tokens_returned, each.status === 'failed' ? each.cost : 0);
    assert.equal(each.output_image_id !== null, each.status === 'succeeded');
  }
}

/** The picture is whole, and the one that an engine made for this generation, where the engine knew. */
async function checkPicture(service, customer, generation) {
  const file = await service.call('GET', `/v1/images/${generation.output_image_id}/file`, { token: customer.token });
  assert.equal(file.status, 200, file.text);
  const number = numberOf(file.bytes);
  const [engine] = sql(service, `SELECT engine FROM generation_runs WHERE generation_id = ${generation.id}`);
  if (['sdapi', 'sdcpp', 'replicate'].includes(engine)) assert.equal(number, generation.seed);
}

test(`${count} generations over five failing engines through ${kills} crashes`, async (context) => {
  const engines = fivefold();
  const dice = new Dice(seed);
  await Promise.all(engines.map((engine) => engine.listen()));
  const port = await freePort();
  const service = new Service({ ATELIER_LOG_LEVEL: 'warn' });
  delete service.env.ATELIER_HTTP_PORT; // the file says it
  writeFileSync(path.join(service.var, 'atelier.conf'), configuration(engines, port));
  try {
    await service.start();
    const customers = [];
    for (let user = 0; user < users; ++user) customers.push(await service.customer(`user${user}@example.com`, tokens));

    let taken = 0;
    const creating = together(8, async (worker) => {
      const mine = [];
      for (let number = 1 + worker; number <= count; number += 8) {
        mine.push(await accepted(service, customers[number % users], number));
        ++taken;
        await sleep(20);
      }
      return mine;
    });
    for (let kill = 1; kill <= kills; ++kill) {
      await until(`kill ${kill}`, () => taken >= (count * kill) / (kills + 1), 120);
      await sleep(dice.roll() * 1000);
      await service.kill();
      await service.start();
    }
    const created = (await creating).flat();
    assert.equal(new Set(created.map(({ id }) => id)).size, count);

    const all = await until('every generation to end', async () => {
      const lists = await Promise.all(customers.map((customer) => finals(service, customer)));
      return lists.reduce((sum, list) => sum + list.size, 0) === count && lists;
    }, 600);
    for (const { id, customer } of created) assert.ok(all[customers.indexOf(customer)].has(id));
    let succeeded = 0;
    for (const [index, customer] of customers.entries()) {
      const mine = [...all[index].values()];
      await checkWallet(service, customer, mine);
      for (const generation of mine.filter(({ status }) => status === 'succeeded')) {
        await checkPicture(service, customer, generation);
        ++succeeded;
      }
    }
    assert.ok(succeeded > count / 2, `only ${succeeded} of ${count} succeeded`);

    const made = engines.map(({ name, pictures }) => `${name} ${pictures}`);
    context.diagnostic(`${succeeded} succeeded; pictures made: ${made.join(', ')}`);

    const outputs = sql(service, `SELECT output_image_id FROM generations WHERE status = 'succeeded'`);
    assert.equal(new Set(outputs).size, succeeded, 'one output for each');
    assert.equal(sql(service, `SELECT id FROM images WHERE kind = 'output'`).length, succeeded, 'and no other');
    // A crash may leave files behind, which nothing refers to; the sweeper takes them when they are old enough.
    const blobs = () => sql(service, 'SELECT key, byte_size FROM active_storage_blobs').sort();
    await until('the last orphan to go', () => storedFiles(service).length === blobs().length, 180);
    assert.deepEqual(storedFiles(service), blobs());

    // At most so many jobs for one generation: its attempts, and one for each crash that came before the id was kept.
    for (const { name, begun, most } of engines.filter((engine) => !(engine instanceof OpenAi))) {
      for (const [number, times] of begun) {
        assert.ok(times <= attempts + kills, `${name} began generation ${number} ${times} times`);
      }
      assert.ok(most <= 1 + kills, `${name} worked on one generation ${most} times at once`);
    }
    assert.equal(engines[1].most, 1, 'where a crash ends the work, it is never done twice at once');
    // How far down the list it goes, the dice decide.
    assert.ok(engines.filter(({ pictures }) => pictures > 0).length >= 3, 'the fallbacks were asked');

    const audit = service.audit();
    assert.equal(audit.code, 0, audit.out + audit.err);
    assert.equal((await service.stop()).code, 0);
  } catch (error) {
    const mishaps = engines.map(({ name, mishaps: seen }) => `${name}: ${JSON.stringify(seen)}`).join('\n');
    error.message += `\n--- the engines ---\n${mishaps}\n--- the service's log ---\n${service.log.slice(-4000)}`;
    throw error;
  } finally {
    if (service.child?.exitCode === null && service.child?.signalCode === null) await service.stop();
    service.remove();
    await Promise.all(engines.map((engine) => engine.close()));
  }
});
