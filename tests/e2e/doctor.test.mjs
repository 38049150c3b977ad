// What the doctor finds when something is wrong, and that each finding says what to do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { Service, binary, withService } from './support/service.mjs';

/** The doctor's lines that are not `ok`, as { mark, what, detail, cure }. */
const findings = (out) => [...out.matchAll(/^(FAIL|note) +(\S+(?: \S+)?) {2,}(.*)\n {6}-> (.*)$|^(FAIL|note) +(\S{14,}|\S+ \S{7,}) (.*)\n {6}-> (.*)$/gm)]
  .map(([, ...m]) => (m[0] ? { mark: m[0], what: m[1], detail: m[2], cure: m[3] } : { mark: m[4], what: m[5], detail: m[6], cure: m[7] }));

/** Runs the doctor beside a service, with more settings; gives its exit status and what failed. */
async function examine(service, settings = {}, args = []) {
  const before = service.env;
  service.env = { ...before, ...settings };
  const { code, out, err } = await service.run(['doctor', ...args]);
  service.env = before;
  const failed = findings(out).filter(({ mark }) => mark === 'FAIL');
  for (const { cure } of failed) assert.ok(cure.length > 10, out);
  return { code, out, err, failed };
}

/** Exactly this fails, and says so. */
function assertOnly({ code, out, failed }, what, detail) {
  assert.deepEqual(failed.map((finding) => finding.what), [what], out);
  assert.match(failed[0].detail, detail);
  assert.equal(code, 1);
}

test('the doctor, beside a service', async (t) => {
  await withService({}, async (service) => {
    const url = (role, more = '') => `host=${service.socket()} user=${role} dbname=atelier ${more}`;

    await t.test('finds nothing when all is well, and looks at everything', async () => {
      const { code, out } = await examine(service);
      assert.equal(code, 0, out);
      const looked = [...out.matchAll(/^(?:ok|note) +(\S+(?: \S+)*)/gm)].map(([, what]) => what);
      assert.deepEqual(looked.filter((what) => what !== 'time service'), ['configuration', 'permissions', 'state', 'disk', 'storage',
        'cache', 'database', 'schema', 'rights', 'ownership', 'clock', 'engine preview', 'gateway', 'mail']);
    });

    await t.test('a mistake in the configuration', async () => {
      const { code, err } = await examine(service, { ATELIER_HTTP_PORT: 'eighty' });
      assert.equal(code, 2);
      assert.match(err, /ATELIER_HTTP_PORT/);
    });

    await t.test('secrets that everybody can read', async () => {
      const file = path.join(service.var, 'test.conf');
      writeFileSync(file, 'mail {\n  user = "me"\n  password = "hush-hush"\n}\n');
      chmodSync(file, 0o644);
      const found = await examine(service, {}, ['--config', file]);
      assertOnly(found, 'secrets', /everybody on this machine can read/);
      assert.ok(!found.out.includes('hush-hush'));
      chmodSync(file, 0o640);
      assert.equal((await examine(service, {}, ['--config', file])).code, 0);
      writeFileSync(file, '# mail.password = "example"\npayments.api_secret = env("NOT_SET", "")\n');
      chmodSync(file, 0o644);
      assert.equal((await examine(service, {}, ['--config', file])).code, 0);
    });

    await t.test('a state directory that others can get into', async () => {
      chmodSync(service.var, 0o755);
      assertOnly(await examine(service), 'permissions', /others can get into/);
      chmodSync(service.var, 0o700);
    });

    await t.test('a database that is not there', async () => {
      assertOnly(await examine(service, { DATABASE_URL: 'postgresql://127.0.0.1:1/atelier' }), 'database', /./);
    });

    await t.test('a role that may not do what it must', async () => {
      await service.sql('CREATE TABLE probe ()'); // not ours: nobody needs rights on it
      await service.sql('GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC');
      const found = await examine(service, { DATABASE_URL: url('postgres', "options='-c role=pg_monitor'") });
      assertOnly(found, 'rights', /may not read and write .*generations.*users/);
      assert.match(found.out, /^note +ownership +the role may not change/m);
      assert.doesNotMatch(found.out, /probe/);
    });

    await t.test('a schema of another version', async () => {
      await service.sql("DELETE FROM schema_versions WHERE version = (SELECT max(version) FROM schema_versions)");
      const { failed } = await examine(service);
      assert.deepEqual(failed.map(({ what }) => what), ['schema']);
      assert.match(failed[0].cure, /atelier migrate/);
    });
  });
});

test('the doctor finds clocks that differ', async () => {
  await withService({}, async (service) => {
    // A server whose now() is an hour ahead, for whoever looks for it there first.
    await service.sql(`CREATE SCHEMA ahead; CREATE FUNCTION ahead.now() RETURNS timestamptz LANGUAGE sql
      AS 'SELECT pg_catalog.now() + interval ''1 hour'''`);
    const url = `host=${service.socket()} user=atelier dbname=atelier options='-c search_path=ahead,pg_catalog,public'`;
    const { code, failed } = await examine(service, { DATABASE_URL: url });
    assert.equal(code, 1);
    const clock = failed.find(({ what }) => what === 'clock');
    assert.match(clock.detail, /clock is 3[56]\d{5} ms off/);
    assert.match(clock.cure, /synchronise/);
  });
});

test('the doctor finds a disk that is nearly full', async (t) => {
  const probe = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  if (probe.status !== 0) return t.skip('a small disk cannot be made here');
  await withService({}, async (service) => {
    const script = 'mount -t tmpfs -o size=64m,mode=700 none /mnt && exec "$@"';
    const small = { ATELIER_VAR: '/mnt', DATABASE_URL: `host=${service.socket()} user=atelier dbname=atelier` };
    const { status, stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', binary, 'doctor'],
      { env: { ...service.env, ...small }, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stdout, /^FAIL {2}disk +less than 256 MiB are free\n +-> free some space/m);
  });
});

test('the doctor asks the gateway', async () => {
  await withService({}, async (service) => {
    const real = { ATELIER_PAYMENTS_GATEWAY: 'cloudpayments', ATELIER_PAYMENTS_PUBLIC_ID: 'sandbox_public_id',
      ATELIER_PAYMENTS_API_URL: service.sandbox, ATELIER_PAYMENTS_API_SECRET: service.secret() };
    const well = await examine(service, real);
    assert.equal(well.code, 0, well.out);
    const refused = await examine(service, { ...real, ATELIER_PAYMENTS_API_SECRET: 'not-the-right-one' });
    assertOnly(refused, 'gateway', /asked for test/);
    assert.ok(!refused.out.includes('not-the-right-one'));
    assertOnly(await examine(service, { ...real, ATELIER_PAYMENTS_API_URL: 'http://127.0.0.1:1', ATELIER_PAYMENTS_API_TIMEOUT: '1s' }),
      'gateway', /./);
  });
});

test('the doctor asks every engine', async () => {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(request.headers.authorization === 'Bearer right' ? 200 : 401, { 'Content-Type': 'application/json' });
    response.end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    await withService({}, async (service) => {
      const engines = { ATELIER_GENERATIONS_ENGINE: 'openai', ATELIER_GENERATIONS_FALLBACK: 'preview',
        ATELIER_ENGINES_OPENAI_URL: `${base}/v1`, ATELIER_ENGINES_OPENAI_KEY: 'right' };
      const well = await examine(service, engines);
      assert.equal(well.code, 0, well.out);
      assert.match(well.out, /^ok +engine openai *\nok +engine preview *$/m);
      assert.deepEqual(asked, ['GET /v1/models']);
      assertOnly(await examine(service, { ...engines, ATELIER_ENGINES_OPENAI_KEY: 'wrong' }), 'engine openai', /401/);
      assertOnly(await examine(service, { ...engines, ATELIER_ENGINES_OPENAI_URL: 'http://127.0.0.1:1' }), 'engine openai', /./);
    });
  } finally {
    server.close();
  }
});

test('the doctor without a state directory that can be used', () => {
  const service = new Service({ ATELIER_VAR: '/proc/atelier' });
  const { code, out } = service.command(['doctor']);
  assert.equal(code, 1);
  assert.match(out, /^FAIL {2}state +.*\/proc\/atelier.*\n +-> look at the message/m);
  assert.match(out, /^ok +gateway/m);
});
