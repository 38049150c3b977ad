// The servers that play engines for generations_crash.test.mjs: what they answer when nothing goes wrong, and that
// enough does.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dice, OpenAi, Replicate, SdApi, SdCpp } from './support/engines.mjs';
import { brokenPicture, hugePicture, numberOf, picture } from './support/pictures.mjs';

const calm = { trouble: 0, slowest: 40 };
const photo = picture(7).toString('base64');

async function withServer(server, check) {
  await server.listen();
  try {
    await check(server);
  } finally {
    await server.close();
  }
}

function post(url, body, headers = {}) {
  return fetch(url, {
    method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers },
  });
}

async function eventually(look) {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(5);
  }
}

const fetched = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());

test('a picture says its number, and a damaged one nothing', () => {
  for (const number of [0, 1, 499, 0xfffffe]) assert.equal(numberOf(picture(number)), number);
  const changed = Buffer.from(picture(5));
  changed[45] ^= 1;
  for (const bad of [brokenPicture(), hugePicture(), changed, Buffer.from('text')]) assert.throws(() => numberOf(bad));
  assert.equal(hugePicture().readUInt32BE(16), 60_000);
});

test('the dice fall alike for the same seed, and evenly', () => {
  const rolls = (seed) => {
    const dice = new Dice(seed);
    return Array.from({ length: 1000 }, () => dice.roll());
  };
  assert.deepEqual(rolls(3), rolls(3));
  assert.notDeepEqual(rolls(3), rolls(4));
  const mean = rolls(3).reduce((sum, roll) => sum + roll) / 1000;
  assert.ok(mean > 0.45 && mean < 0.55);
});

const openai = new OpenAi('openai', { ...calm, key: 'sk-1' });

test('OpenAI edits a photo in one call', () => withServer(openai, async (server) => {
  const edit = (headers, fields = { model: 'm', prompt: 'p' }) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('image', new Blob([picture(7)]), 'photo.jpg');
    return fetch(`${server.url}/v1/images/edits`, { method: 'POST', body: form, headers });
  };
  assert.equal((await edit({})).status, 401);
  const mine = { Authorization: 'Bearer sk-1' };
  assert.equal((await edit(mine, { model: 'm' })).status, 400);
  const shapes = new Set();
  for (let number = 1; number <= 20; ++number) {
    const answer = await edit(mine);
    assert.equal(answer.status, 200);
    const [{ b64_json: inline, url }] = (await answer.json()).data;
    shapes.add(inline ? 'inline' : 'url');
    assert.equal(numberOf(inline ? Buffer.from(inline, 'base64') : await fetched(url)), number);
  }
  assert.equal(shapes.size, 2);
}));

test('AUTOMATIC1111 works on one job at a time', () => withServer(new SdApi('sdapi', calm), async (server) => {
  const order = (seed) => post(`${server.url}/sdapi/v1/img2img`, {
    prompt: 'p', init_images: [photo], seed, force_task_id: `atelier-${seed}`,
  });
  const both = [order(1), order(2)];
  const progress = await eventually(async () => {
    const state = await (await fetch(`${server.url}/sdapi/v1/progress?skip_current_image=true`)).json();
    return state.state.job_count === 1 && state;
  });
  assert.match(progress.current_task, /^atelier-[12]$/);
  for (const [index, answer] of (await Promise.all(both)).entries()) {
    const { images: [image] } = await answer.json();
    assert.equal(numberOf(Buffer.from(image, 'base64')), index + 1);
  }
  assert.equal(server.most, 1);
  assert.equal((await post(`${server.url}/sdapi/v1/img2img`, { prompt: 'p' })).status, 404);
  assert.equal((await post(`${server.url}/sdapi/v1/img2img`, {})).status, 422);
}));

test('stable-diffusion.cpp is asked after its job', () => withServer(new SdCpp('sdcpp', calm), async (server) => {
  const begun = await post(`${server.url}/sdcpp/v1/img_gen`, { prompt: 'p', init_image: photo, seed: 9 });
  assert.equal(begun.status, 202);
  const { id, poll_url: address } = await begun.json();
  const job = await eventually(async () => {
    const state = await (await fetch(server.url + address)).json();
    return state.status === 'completed' && state;
  });
  assert.equal(job.id, id);
  assert.equal(numberOf(Buffer.from(job.result.images[0].b64_json, 'base64')), 9);
  assert.equal((await fetch(`${server.url}/sdcpp/v1/jobs/job_99`)).status, 404);
  assert.equal((await post(`${server.url}/sdcpp/v1/img_gen`, { prompt: 'p' })).status, 400);
  assert.deepEqual([...server.begun], [[9, 1]]);
}));

test('Replicate tells of a prediction, signed', () => withServer(new Replicate('replicate', calm), async (server) => {
  const told = [];
  const shop = http.createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    told.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
    response.end();
  });
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const mine = { Authorization: 'Bearer r8_token' };
  const begun = await post(`${server.url}/v1/predictions`, {
    version: 'v', input: { prompt: 'p', image: photo, seed: 3 }, webhook: `http://127.0.0.1:${shop.address().port}/`,
  }, mine);
  assert.equal(begun.status, 201);
  const { id } = await begun.json();
  const { headers, body } = await eventually(() => told[0]);
  shop.close();
  const key = Buffer.from(server.secret.slice('whsec_'.length), 'base64');
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(text).digest('base64')}`);
  assert.equal(JSON.parse(body).id, id);
  const prediction = await (await fetch(`${server.url}/v1/predictions/${id}`, { headers: mine })).json();
  assert.equal(prediction.status, 'succeeded');
  assert.equal(numberOf(await fetched(prediction.output[0])), 3);
  assert.equal((await fetch(`${server.url}/v1/predictions/${id}`)).status, 401);
  assert.equal((await post(`${server.url}/v1/models/a/b/predictions`, { input: {} }, mine)).status, 422);
}));

const endless = { trouble: 0, slowest: 1_000_000 };

test('stable-diffusion.cpp cannot be stopped', () => withServer(new SdCpp('sdcpp', endless), async (server) => {
  const begun = await post(`${server.url}/sdcpp/v1/img_gen`, { prompt: 'p', init_image: photo, seed: 9 });
  const { poll_url: address } = await begun.json();
  assert.equal((await post(`${server.url}${address}/cancel`, {})).status, 409);
}));

test('Replicate gives up a prediction', () => withServer(new Replicate('replicate', endless), async (server) => {
  const mine = { Authorization: 'Bearer r8_token' };
  const input = { prompt: 'p', image: photo };
  const begun = await post(`${server.url}/v1/models/a/b/predictions`, { input }, mine);
  const cancelled = await post((await begun.json()).urls.cancel, {}, mine);
  assert.equal((await cancelled.json()).status, 'canceled');
}));

test('with trouble, everything that can go wrong does, and some work is done', async () => {
  await withServer(new SdCpp('sdcpp', { trouble: 0.5, slowest: 4, seed: 5 }), async (server) => {
    const outcomes = new Set();
    await Promise.all(Array.from({ length: 300 }, async (_, seed) => {
      try {
        const begun = await post(`${server.url}/sdcpp/v1/img_gen`, { prompt: 'p', init_image: photo, seed });
        const { poll_url: address } = await begun.json();
        const job = await eventually(async () => {
          const answer = await fetch(server.url + address);
          if (answer.status === 410) return { status: 'gone' };
          const state = answer.status === 200 ? await answer.json() : {};
          return ['completed', 'failed'].includes(state.status) && state;
        });
        outcomes.add(job.status);
        if (job.result) numberOf(Buffer.from(job.result.images[0].b64_json, 'base64'));
      } catch (error) {
        outcomes.add(error.constructor.name);
      }
    }));
    const all = 'slow busy broken away page lost cutOff huge damaged text failed expired';
    for (const mishap of all.split(' ')) {
      assert.ok(server.mishaps[mishap] > 0, `${mishap} never happened`);
    }
    for (const outcome of ['completed', 'failed', 'gone', 'TypeError', 'SyntaxError']) {
      assert.ok(outcomes.has(outcome), `${outcome} never came`);
    }
    assert.ok(server.pictures > 50);
  });
});
