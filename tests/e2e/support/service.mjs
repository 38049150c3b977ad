// Starts the built program as its users do, and talks to it over real sockets.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { judge } from './contract.mjs';

export const binary = process.env.ATELIER_BINARY;
if (!binary) throw new Error('ATELIER_BINARY names the program under test');
const rooms = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../support/rooms');
export const room = (name) => readFileSync(path.join(rooms, name));
/** Slower machines and sanitizers: everything that is waited for gets so many times longer. */
export const patience = Number(process.env.ATELIER_PATIENCE ?? 1);

/** Polls `probe` until it gives something truthy. */
export async function until(what, probe, seconds = 20) {
  const end = Date.now() + seconds * 1000 * patience;
  for (;;) {
    const result = await probe();
    if (result) return result;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await sleep(50);
  }
}

export class Service {
  /** A fresh state directory; `settings` are environment variables. */
  constructor(settings = {}) {
    this.var = mkdtempSync(path.join(tmpdir(), 'atelier-e2e-'));
    this.env = {
      ...process.env,
      ATELIER_VAR: this.var,
      ATELIER_HTTP_PORT: '0',
      ATELIER_OPS_PORT: '0',
      ATELIER_SANDBOX_PORT: '0',
      ATELIER_ACCOUNTS_BCRYPT_COST: '4',
      ATELIER_ACCOUNTS_ATTEMPTS_PER_ADDRESS: '0', // all users of a test have one address
      ATELIER_HTTP_DRAIN_IDLE_TIMEOUT: '0s',
      ...settings,
    };
    delete this.env.DATABASE_URL;
    this.log = '';
  }

  async start() {
    this.child = spawn(binary, ['serve'], { env: this.env, cwd: this.var, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
    let out = '';
    this.child.stdout.on('data', (data) => (out += data));
    this.child.stderr.on('data', (data) => (this.log += data));
    let ended;
    this.exited.then((status) => (ended = status));
    const ready = await until('the ready line', () => {
      if (ended) throw new Error(`the service ended: ${JSON.stringify(ended)}\n${this.log}`);
      return /^ready http=(\S+) ops=(\S+)(?: sandbox=(\S+))?$/m.exec(out);
    }, 120);
    [, this.http, this.ops, this.sandbox] = ready;
    return this;
  }

  /** As a service manager would: SIGTERM, then wait. */
  async stop() {
    this.child.kill('SIGTERM');
    return this.exited;
  }

  /** As a crash would. The database stays. */
  async kill() {
    this.child.kill('SIGKILL');
    return this.exited;
  }

  /** Runs a subcommand beside the service, or without one. */
  command(args, input = '') {
    const result = spawnSync(binary, args, { env: this.env, cwd: this.var, input, encoding: 'utf8' });
    return { code: result.status, out: result.stdout, err: result.stderr };
  }

  audit() {
    return this.command(['audit']);
  }

  /** A command that asks a server in this process something meanwhile. */
  run(args) {
    return new Promise((resolve) => {
      execFile(binary, args, { env: this.env, cwd: this.var, encoding: 'utf8' },
        (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
    });
  }

  remove() {
    rmSync(this.var, { recursive: true, force: true });
  }

  /** The lines of the own PostgreSQL's postmaster.pid. */
  postmaster() {
    return readFileSync(path.join(this.var, 'postgres/data/postmaster.pid'), 'utf8').split('\n');
  }

  /** The folder of the own PostgreSQL's socket. */
  socket() {
    return this.postmaster()[4];
  }

  /** Runs SQL in the own cluster, as another program on the same database would; gives what it prints. */
  sql(text) {
    const psql = spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', this.socket(), '-U', 'atelier', 'atelier'],
      { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let error = '';
    psql.stdout.on('data', (data) => (out += data));
    psql.stderr.on('data', (data) => (error += data));
    psql.stdin.end(text);
    return new Promise((resolve, reject) => {
      psql.once('error', reject);
      psql.once('exit', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(error))));
    });
  }

  /** Process ids of the own PostgreSQL: its first process, and the others. */
  postgres() {
    const [postmaster] = this.postmaster();
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const others = pids.filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === postmaster;
      } catch {
        return false;
      }
    });
    return [Number(postmaster), others.map(Number)];
  }

  /** Process ids of the own PostgreSQL's backends that serve the service. */
  backends() {
    return this.postgres()[1].filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('atelier');
      } catch {
        return false;
      }
    });
  }

  /** Resident memory now, in MiB. */
  memory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
  }

  /** Highest resident memory so far, in MiB. */
  peakMemory() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1024;
  }

  /** The key that the gateway and the service share. */
  secret() {
    return this.env.ATELIER_PAYMENTS_API_SECRET ?? readFileSync(path.join(this.var, 'sandbox/secret'), 'utf8').trim();
  }

  mails() {
    try {
      return readdirSync(path.join(this.var, 'mail')).filter((name) => name.endsWith('.eml')).sort()
        .map((name) => readFileSync(path.join(this.var, 'mail', name), 'utf8'));
    } catch {
      return [];
    }
  }

  /** The confirmation token in the latest mail to `email`. */
  async mailedToken(email) {
    return until(`a mail to ${email}`, () => {
      const mail = this.mails().reverse().find((text) => text.includes(email));
      if (!mail) return undefined;
      // The text comes first. Only where it is encoded: an address may well say "token=3D...".
      const [, encoding] = /^Content-Transfer-Encoding: (\S+)/mi.exec(mail);
      const plain = encoding === 'quoted-printable' ? mail.replace(/=\r?\n/g, '').replace(/=3D/g, '=') : mail;
      return /[?&]token=([A-Za-z0-9_-]+)/.exec(plain)?.[1];
    });
  }

  /** A call of the operator's listener, as an operator of this test. */
  asOperator(method, path, options = {}) {
    this.operator ??= this.made(['operator', 'create', 'e2e']);
    return this.call(method, this.ops + path, { token: this.operator, ...options });
  }

  /** The token that a subcommand prints. */
  made(args) {
    const { code, out, err } = this.command(args);
    if (code !== 0) throw new Error(err);
    return out.trim();
  }

  /** One exchange. What the document of the API does not say of it is an error. */
  async call(method, url, { body, token, headers = {}, raw } = {}) {
    const all = { ...headers };
    if (token) all.Authorization = `Bearer ${token}`;
    if (body !== undefined && !raw) all['Content-Type'] ??= 'application/json';
    const response = await fetch(url.startsWith('http') ? url : this.http + url, {
      method,
      headers: all,
      body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const text = bytes.toString('utf8');
    this.judge(response, { method, type: all['Content-Type'], body }, text);
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      text,
      json: type.includes('json') && text ? JSON.parse(text) : undefined, // a HEAD has none
    };
  }

  /** By the document of the API, if it was the service that answered. */
  judge(response, request, text) {
    const url = new URL(response.url);
    if (url.origin !== this.http && url.origin !== this.ops) return;
    judge({ ...request, url, operators: url.origin === this.ops }, { status: response.status, headers: response.headers, text });
  }

  /** Signs up, confirms and signs in over HTTP; gives the bearer token. */
  async newUser(email, password = 'correct horse battery') {
    await this.call('POST', '/v1/users', { body: { email, password } });
    const token = await this.mailedToken(email);
    const confirmed = await this.call('POST', '/v1/users/confirmation', { body: { token } });
    if (confirmed.status !== 200) throw new Error(`confirmation: ${confirmed.status} ${confirmed.text}`);
    const session = await this.call('POST', '/v1/sessions', { body: { email, password } });
    if (session.status !== 201) throw new Error(`sign-in: ${session.status} ${session.text}`);
    return session.json.token;
  }

  /** Tokens for `email`, from the command line. */
  grant(email, tokens) {
    const result = this.command(['user', 'grant', email, String(tokens)]);
    if (result.code !== 0) throw new Error(result.err);
  }

  async upload(token, file, type) {
    const image = await this.call('POST', '/v1/images?room_type=living_room', {
      token, raw: room(file), headers: { 'Content-Type': type },
    });
    if (image.status !== 201) throw new Error(`upload: ${image.status} ${image.text}`);
    return image.json;
  }

  /** A signed-in user with tokens, and the command by which they spend one. */
  async customer(email, tokens) {
    const token = await this.newUser(email);
    this.grant(email, tokens);
    const image = await this.upload(token, 'plain.png', 'image/png');
    const { json: styles } = await this.call('GET', '/v1/styles');
    return { token, body: { input_image_id: image.id, style_id: styles.data[0].id } };
  }

  /** Plays a payer at the sandbox, who pays an order with a card; `more` goes to its `POST /pay`, too. */
  async pay(order, card, more = {}) {
    const { json } = await this.call('POST', `${this.sandbox}/pay`, { body: { ...order.checkout.widget, card, ...more } });
    return json;
  }

  /** A call of the gateway's API, at the sandbox. */
  async gateway(call, body, headers = {}) {
    const user = Buffer.from(`sandbox_public_id:${this.secret()}`).toString('base64');
    const { status, json } = await this.call('POST', this.sandbox + call, {
      body, headers: { Authorization: `Basic ${user}`, ...headers },
    });
    if (status !== 200) throw new Error(`${call}: ${status}`);
    return json;
  }

  /** Waits until the sandbox has nothing to tell any more; gives its state. */
  told(seconds = 60) {
    return until('every notification to be accepted', async () => {
      const { json } = await this.call('GET', `${this.sandbox}/sandbox`);
      return json.notifications.waiting === 0 && json;
    }, seconds);
  }

  /** The generation when it is final. */
  async finished(token, id, seconds = 60) {
    return until(`generation ${id} to end`, async () => {
      const { json } = await this.call('GET', `/v1/generations/${id}`, { token });
      return ['succeeded', 'failed'].includes(json.status) ? json : undefined;
    }, seconds);
  }

  /** The value of a metric, summed over its labels that match. */
  async metric(name, labels = '') {
    const { text } = await this.call('GET', `${this.ops}/metrics`);
    return text.split('\n').filter((line) => line.startsWith(name) && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }
}

/** A service that is stopped and removed when the test ends. */
export async function withService(settings, test) {
  const service = new Service(settings);
  try {
    await service.start();
    await test(service);
  } catch (error) {
    error.message += `\n--- the service's log ---\n${service.log.slice(-4000)}`;
    throw error;
  } finally {
    if (service.child?.exitCode === null && service.child?.signalCode === null) await service.stop();
    service.remove();
  }
}

/** Runs `count` copies of an asynchronous function at once. */
export function together(count, run) {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}
