// Five servers that play engines, and fail by the dice: OpenAI's images API twice, AUTOMATIC1111's web UI,
// stable-diffusion.cpp's server, and Replicate. Written from the documentation of each; a seed decides what goes wrong.
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { brokenPicture, hugePicture, picture } from './pictures.mjs';

/** Random numbers that are the same for the same seed (mulberry32). */
export class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** From 0 on, below 1. */
  roll() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }

  happens(probability) {
    return this.roll() < probability;
  }

  pick(list) {
    return list[Math.floor(this.roll() * list.length)];
  }
}

const json = (status, body, headers = {}) => ({
  status, body: Buffer.from(JSON.stringify(body)), headers: { 'Content-Type': 'application/json', ...headers },
});
const png = (file) => ({ status: 200, body: file, headers: { 'Content-Type': 'image/png' } });
const lost = Symbol('the connection ends without an answer');
const cutOff = Symbol('the connection ends within the answer');

/** What goes wrong with a call that begins or looks after a job. */
const callMishaps = {
  slow: null,
  busy: () => json(429, { detail: 'one at a time', error: { message: 'one at a time' } }, { 'Retry-After': '1' }),
  broken: () => json(500, { error: { message: 'out of memory' } }),
  away: () => ({ status: 503, body: Buffer.from('<html>back soon</html>'), headers: { 'Content-Type': 'text/html' } }),
  page: () => ({ status: 200, body: Buffer.from('<html>welcome</html>'), headers: { 'Content-Type': 'text/html' } }),
  lost: () => lost,
  cutOff: () => cutOff,
};
/** What is wrong with a picture that an engine made. */
const pictureMishaps = { huge: hugePicture, damaged: brokenPicture, text: () => Buffer.from('this is no picture') };

/**
 * What all of them do. `trouble` is the share of calls, and of pictures, with which something goes wrong; `slowest`
 * milliseconds is what a slow call takes, and about what the work takes.
 */
export class StandIn {
  constructor(name, { seed = 1, trouble = 0.3, slowest = 400 } = {}) {
    Object.assign(this, { name, trouble, slowest });
    this.dice = new Dice(seed);
    this.mishaps = {}; // name → how often
    this.begun = new Map(); // number of the work, if it is known → how often it was begun
    this.working = new Map(); // number → how many at once
    this.most = 0; // the highest of these
    this.pictures = 0;
    this.server = http.createServer((request, response) => this.serve(request, response));
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async close() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections?.();
    await closed;
  }

  async serve(request, response) {
    let gone = false;
    response.once('close', () => (gone = true));
    response.on('error', () => {});
    request.on('error', () => {});
    const pieces = [];
    try {
      for await (const piece of request) pieces.push(piece);
      const call = { method: request.method, path: request.url, headers: request.headers, gone: () => gone };
      const answer = await this.answer(call, Buffer.concat(pieces));
      if (gone) return;
      if (answer === lost) return void request.socket.destroy();
      if (answer === cutOff) {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
        response.write('{"id":', () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.status, { ...answer.headers, 'Content-Length': answer.body.length });
      response.end(answer.body);
    } catch (error) {
      if (!gone) request.socket.destroy(error); // a client that went away, most likely
    }
  }

  note(mishap) {
    this.mishaps[mishap] = (this.mishaps[mishap] ?? 0) + 1;
  }

  /** The answer of a call that goes wrong; undefined when it does not. Slow ones take their time here. */
  async mishap(share = this.trouble) {
    if (!this.dice.happens(share)) return undefined;
    const which = this.dice.pick(Object.keys(callMishaps));
    this.note(which);
    if (which === 'slow') await sleep(this.slowest);
    return callMishaps[which]?.();
  }

  /** The picture that a job ends with. */
  made(number) {
    if (this.dice.happens(this.trouble / 2)) {
      const which = this.dice.pick(Object.keys(pictureMishaps));
      this.note(which);
      return pictureMishaps[which]();
    }
    ++this.pictures;
    return picture(number);
  }

  begin(number) {
    this.begun.set(number, (this.begun.get(number) ?? 0) + 1);
    const now = (this.working.get(number) ?? 0) + 1;
    this.working.set(number, now);
    this.most = Math.max(this.most, now);
  }

  end(number) {
    this.working.set(number, this.working.get(number) - 1);
  }

  /** Some milliseconds of work. */
  duration() {
    return Math.ceil((0.1 + this.dice.roll()) * this.slowest * 0.5);
  }

  /** Works while the client waits: until the time is over, or it has gone. */
  async work(number, call) {
    this.begin(number);
    try {
      const end = Date.now() + this.duration();
      while (Date.now() < end && !call.gone()) await sleep(10);
    } finally {
      this.end(number);
    }
  }
}

/** OpenAI's image edits, and the many servers that speak it: `key` is asked for unless it is empty. */
export class OpenAi extends StandIn {
  constructor(name, { key = '', ...options } = {}) {
    super(name, options);
    this.key = key;
    this.files = new Map();
    this.jobs = 0;
  }

  async answer(call, body) {
    const refuse = (status, code) =>
      json(status, { error: { message: 'It was refused.', type: 'x', param: null, code } });
    if (call.method === 'GET' && this.files.has(call.path)) {
      if (this.dice.happens(this.trouble / 3)) {
        this.note('expired');
        return { status: 404, body: Buffer.from('<Error/>'), headers: { 'Content-Type': 'application/xml' } };
      }
      return (await this.mishap()) ?? png(this.files.get(call.path));
    }
    if (call.method !== 'POST' || call.path !== '/v1/images/edits') return refuse(404, 'unknown_url');
    if (this.key && call.headers.authorization !== `Bearer ${this.key}`) return refuse(401, 'invalid_api_key');
    const failed = await this.mishap();
    if (failed) return failed;
    const form = body.toString('latin1');
    // Servers of other makers know what model they have.
    for (const part of [...(this.key ? ['name="model"'] : []), 'name="prompt"', 'name="image"; filename=']) {
      if (!form.includes(part)) return refuse(400, 'missing_required_parameter');
    }
    // The API takes no seed: whose work it is, is not known here.
    const number = ++this.jobs;
    await this.work(number, call);
    const file = this.made(number);
    if (this.dice.happens(0.5)) {
      return json(200, { created: 1, data: [{ b64_json: file.toString('base64') }], usage: { total_tokens: 9 } });
    }
    this.files.set(`/files/${number}.png`, file);
    return json(200, { created: 1, data: [{ url: `${this.url}/files/${number}.png` }] });
  }
}

/** AUTOMATIC1111's web UI: one job at a time, the others wait within their calls. */
export class SdApi extends StandIn {
  constructor(name, options) {
    super(name, options);
    this.turn = Promise.resolve();
    this.task = '';
    this.interrupts = 0;
  }

  async answer(call, body) {
    if (call.method === 'GET' && call.path.startsWith('/sdapi/v1/progress')) {
      const state = { job_count: this.task ? 1 : 0 };
      return (await this.mishap()) ??
        json(200, { progress: this.task ? 0.5 : 0, eta_relative: 0, state, current_task: this.task || null });
    }
    if (call.method === 'POST' && call.path === '/sdapi/v1/interrupt') {
      ++this.interrupts;
      return json(200, {});
    }
    if (call.method !== 'POST' || call.path !== '/sdapi/v1/img2img') return json(404, { detail: 'Not Found' });
    const failed = await this.mishap();
    if (failed) return failed;
    const order = JSON.parse(body);
    if (!order.prompt) return json(422, { detail: [{ loc: ['body'], msg: 'field required', type: 'missing' }] });
    if (!order.init_images?.length) return json(404, { detail: 'Init image not found' });
    const mine = this.turn.then(async () => {
      if (call.gone()) return;
      this.task = order.force_task_id ?? 'task';
      await this.work(order.seed, call);
      this.task = '';
    });
    this.turn = mine;
    await mine;
    if (call.gone()) return lost;
    return json(200, { images: [this.made(order.seed).toString('base64')], parameters: {}, info: '{}' });
  }
}

/** Jobs that go on by themselves, and are asked after. */
class JobServer extends StandIn {
  constructor(name, options) {
    super(name, options);
    this.jobs = new Map();
  }

  start(number, id, more = {}) {
    const job = { id, number, begun: Date.now(), status: 'waiting', ...more };
    this.jobs.set(id, job);
    this.begin(number);
    job.done = sleep(this.duration(), undefined, { ref: false }).then(() => this.settle(job, 'done'));
    return job;
  }

  settle(job, status) {
    if (job.status !== 'waiting') return;
    this.end(job.number);
    job.status = status;
    if (status !== 'done') return;
    if (this.dice.happens(this.trouble / 4)) {
      this.note('failed');
      job.status = 'failed';
      return;
    }
    job.file = this.made(job.number);
  }

  /** Whether the result of a job that is done is there no more. */
  expires(job) {
    if (job.expired === undefined) {
      job.expired = this.dice.happens(this.trouble / 5);
      if (job.expired) this.note('expired');
    }
    return job.expired;
  }
}

/** stable-diffusion.cpp's server, its own API. */
export class SdCpp extends JobServer {
  async answer(call, body) {
    const prefix = '/sdcpp/v1/jobs/';
    if (call.method === 'POST' && call.path === '/sdcpp/v1/img_gen') {
      const failed = await this.mishap();
      if (failed) return failed;
      const order = JSON.parse(body);
      if (!order.prompt || !(order.init_image || order.ref_images)) {
        return json(400, { error: 'invalid generation parameters' });
      }
      const job = this.start(order.seed, `job_${this.jobs.size + 1}`);
      return json(202, { id: job.id, kind: 'img_gen', status: 'queued', created: 1, poll_url: prefix + job.id });
    }
    if (!call.path.startsWith(prefix)) return json(404, { error: 'not found' });
    const [id, verb] = call.path.slice(prefix.length).split('/');
    const job = this.jobs.get(id);
    if (!job) return json(404, { error: 'job not found' });
    if (call.method === 'POST' && verb === 'cancel') {
      return job.status === 'waiting' ? json(409, { error: 'job is generating' }) : json(200, { status: 'cancelled' });
    }
    return (await this.mishap()) ?? this.describe(job);
  }

  describe(job) {
    const common = { id: job.id, kind: 'img_gen', created: 1, started: null };
    if (job.status === 'waiting') return json(200, { ...common, status: 'generating', queue_position: 0 });
    if (job.status === 'failed') {
      return json(200, { ...common, status: 'failed', error: { code: 'generation_failed', message: 'no memory' } });
    }
    if (this.expires(job)) return json(410, { error: 'job expired' });
    const images = [{ index: 0, b64_json: job.file.toString('base64') }];
    return json(200, { ...common, status: 'completed', result: { output_format: 'png', images } });
  }
}

const webhookSecret = (text) => `whsec_${Buffer.from(text).toString('base64')}`;

/** Replicate, with its webhooks: `token` of its API, `secret` ("whsec_…") of its signatures. */
export class Replicate extends JobServer {
  constructor(name, { token = 'r8_token', secret = webhookSecret('a secret of the tests'), ...options } = {}) {
    super(name, options);
    Object.assign(this, { token, secret });
    this.told = 0; // webhooks that were taken
  }

  async answer(call, body) {
    const file = /^\/files\/(p\d+)\.png$/.exec(call.path);
    if (file) {
      const job = this.jobs.get(file[1]);
      if (!job?.file || this.expires(job)) return json(404, { detail: 'Not found.' });
      return (await this.mishap()) ?? png(job.file);
    }
    if (call.headers.authorization !== `Bearer ${this.token}`) return json(401, { detail: 'No valid token.' });
    if (call.method === 'POST' && /^\/v1\/(models\/[^/]+\/[^/]+\/)?predictions$/.test(call.path)) {
      return (await this.mishap()) ?? this.predict(JSON.parse(body));
    }
    const [, id, cancel] = /^\/v1\/predictions\/(p\d+)(\/cancel)?$/.exec(call.path) ?? [];
    const job = this.jobs.get(id);
    if (!job) return json(404, { detail: 'Not found.' });
    if (cancel) this.settle(job, 'canceled');
    return (await this.mishap()) ?? json(200, this.prediction(job));
  }

  predict(order) {
    if (!order.input?.prompt || !order.input.image) return json(422, { title: 'Input', detail: 'input is missing' });
    const job = this.start(order.input.seed, `p${this.jobs.size + 1}`, { webhook: order.webhook });
    job.done.then(() => this.tell(job));
    return json(201, this.prediction(job));
  }

  prediction(job) {
    const api = `${this.url}/v1/predictions/${job.id}`;
    const common = { id: job.id, urls: { get: api, cancel: `${api}/cancel` }, output: null, error: null, logs: '' };
    if (job.status === 'done') return { ...common, status: 'succeeded', output: [`${this.url}/files/${job.id}.png`] };
    if (job.status === 'failed') return { ...common, status: 'failed', error: 'CUDA out of memory' };
    if (job.status === 'canceled') return { ...common, status: 'canceled' };
    if (Date.now() - job.begun < 30) return { ...common, status: 'starting' };
    return { ...common, status: 'processing', logs: ' 40%|####      | 20/50' };
  }

  /** One delivery of a webhook, signed; whether it was taken. */
  async deliver(job, secret = this.secret) {
    const body = JSON.stringify(this.prediction(job));
    const stamp = Math.floor(Date.now() / 1000);
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signature = createHmac('sha256', key).update(`msg_${job.id}.${stamp}.${body}`).digest('base64');
    const headers = {
      'Content-Type': 'application/json', 'webhook-id': `msg_${job.id}`, 'webhook-timestamp': String(stamp),
      'webhook-signature': `v1,${signature}`,
    };
    try {
      return (await fetch(job.webhook, { method: 'POST', body, headers })).ok;
    } catch {
      return false; // it is down
    }
  }

  /** Tells of the end: some webhooks are lost, some come twice, some are forged; those not taken come again. */
  async tell(job) {
    if (!job.webhook) return;
    if (this.dice.happens(this.trouble / 2)) return this.note('webhook lost');
    if (this.dice.happens(this.trouble / 2)) {
      this.note('webhook forged');
      await this.deliver(job, webhookSecret('another secret'));
    }
    const twice = this.dice.happens(this.trouble);
    if (twice) this.note('webhook twice');
    for (let left = twice ? 2 : 1, tries = 0; left > 0 && tries < 5; ++tries) {
      if (await this.deliver(job)) {
        --left;
        ++this.told;
      } else {
        await sleep(this.slowest, undefined, { ref: false });
      }
    }
  }
}
