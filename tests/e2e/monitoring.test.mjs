// What Prometheus and Grafana are given: the metrics of a service at work, the alerts and the dashboard.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until, withService } from './support/service.mjs';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../config/monitoring');
const read = (name) => readFileSync(path.join(folder, name), 'utf8');

/** The tables of metrics.md: name → { type, labels }. */
function documented() {
  const rows = read('metrics.md').matchAll(/^\| `([a-z_]+)` \| (counter|gauge|histogram) \|([^|]*)\| .+ \|$/gm);
  return new Map([...rows].map(([, name, type, labels]) =>
    [name, { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort() }]));
}

/** The same, of an exposition. */
function exposed(text) {
  const found = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, { type, labels: new Set() }]));
  for (const [, series, labels] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)) {
    const family = found.get(series) ?? found.get(series.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label] of (labels ?? '').matchAll(/(\w+)="/g)) if (label !== 'le') family.labels.add(label);
  }
  return new Map([...found].map(([name, { type, labels }]) => [name, { type, labels: [...labels].sort() }]));
}

function promtool(args, input) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, input, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  return stdout + stderr;
}

test('a service at work shows exactly the documented metrics', async () => {
  await withService({ ATELIER_SWEEPER_INTERVAL: '200ms' }, async (service) => {
    const { token, body } = await service.customer('monitored@example.com', 5);
    const generation = await service.call('POST', '/v1/generations', { token, body });
    await service.finished(token, generation.json.id);
    const { json: packages } = await service.call('GET', '/v1/token_packages');
    const order = await service.call('POST', '/v1/payments', { token, body: { token_package_id: packages.data[0].id } });
    await service.pay(order.json, '4111111111111111');
    await service.told();
    const refund = await service.asOperator('POST', `/ops/payments/${order.json.id}/refunds`, {
      body: {}, headers: { 'Idempotency-Key': 'monitored' },
    });
    assert.equal(refund.status, 201, refund.text);
    assert.equal((await until('the mail to have left', async () =>
      (await service.metric('atelier_mails_total', 'delivered')) > 0)), true);
    assert.equal(await service.metric('atelier_audit_timestamp_seconds'), 0);
    assert.equal(service.audit().code, 0);
    await until('the audit to be seen', async () => (await service.metric('atelier_audit_timestamp_seconds')) > 1.7e9);
    assert.equal(await service.metric('atelier_audit_violations'), 0);

    assert.equal((await service.call('GET', `/v1/styles?${'x'.repeat(20_000)}`)).status, 414);

    const { text } = await service.call('GET', `${service.ops}/metrics`);
    promtool(['check', 'metrics'], text);
    assert.deepEqual(Object.fromEntries([...exposed(text)].sort()), Object.fromEntries([...documented()].sort()));

    const value = (name, labels = '') => service.metric(name, labels);
    assert.equal(await value('atelier_webhooks_total', 'verdict="credited"'), 1);
    assert.equal(await value('atelier_gateway_calls_total', 'method="payments/refund",result="ok"'), 1);
    assert.equal(await value('atelier_gateway_call_seconds_count', 'method="payments/refund"'), 1);
    assert.equal(await value('atelier_mails_waiting'), 0);
    assert.ok((await value('atelier_pool_jobs_total', 'pool="images",result="done"')) >= 2);
    assert.ok((await value('atelier_http_connections', '{listener="operator"}')) >= 1);
    assert.equal(await value('atelier_writers_connected'), await value('atelier_actors_live', 'kind="writer"'));
    assert.ok((await value('atelier_database_connections{}')) < (await value('atelier_database_connections_max')));
    assert.ok((await value('atelier_disk_free_bytes')) > 0);
    assert.ok(Date.now() / 1000 - (await value('atelier_sweep_timestamp_seconds')) < 60);
  });
});

test('the audit that finds a violation is seen by whoever watches the service', async () => {
  await withService({ ATELIER_SWEEPER_INTERVAL: '200ms' }, async (service) => {
    await service.customer('violated@example.com', 5);
    await service.sql('UPDATE token_purchases SET tokens_remaining = tokens_remaining - 1');
    assert.equal(service.audit().code, 1);
    await until('the violation', async () => (await service.metric('atelier_audit_violations')) > 0);
  });
});

test('mails that cannot leave are seen, and how old they are', async () => {
  const unreachable = {
    ATELIER_MAIL_DELIVERY: 'smtp', ATELIER_MAIL_HOST: '127.0.0.1', ATELIER_MAIL_PORT: '1', ATELIER_MAIL_SECURITY: 'none',
    ATELIER_HTTP_BASE_URL: 'http://127.0.0.1', ATELIER_SWEEPER_INTERVAL: '200ms',
  };
  await withService(unreachable, async (service) => {
    await service.call('POST', '/v1/users', { body: { email: 'waiting@example.com', password: 'correct horse battery' } });
    await until('the mail to wait', async () => (await service.metric('atelier_mails_waiting')) === 1);
    await until('it to grow older', async () => (await service.metric('atelier_mail_oldest_seconds')) > 1);
  });
});

test('connections turned away are counted', async () => {
  await withService({ ATELIER_HTTP_MAX_CONNECTIONS_PER_ADDRESS: '1' }, async (service) => {
    const statuses = await Promise.all([1, 2, 3].map(async () => (await fetch(`${service.http}/v1/styles`)).status));
    assert.ok(statuses.includes(503) || statuses.includes(429), `${statuses}`);
    await until('the count', async () => (await service.metric('atelier_http_connections_refused_total', 'public')) > 0);
  });
});

test('the rules of the alerts are right, and each is tested and has its page in the runbook', () => {
  promtool(['check', 'rules', 'alerts.yml']);
  promtool(['test', 'rules', 'alerts_test.yml', 'alerts_overdue_test.yml']);
  const alerts = read('alerts.yml').split(/^ {6}- alert: /m).slice(1).map((text) => ({ name: /^\w+/.exec(text)[0], text }));
  const tests = read('alerts_test.yml') + read('alerts_overdue_test.yml');
  const headings = [...read('runbook.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(headings.sort(), alerts.map(({ name }) => name).sort());
  for (const { name, text } of alerts) {
    assert.match(text, /severity: (page|ticket)/, name);
    assert.match(text, /summary: "/, name);
    assert.ok(text.includes(`runbook: runbook.md#${name.toLowerCase()}\n`), name);
    assert.ok(tests.includes(`- alertname: ${name}\n`), `${name} is not tested`);
  }
});

test('alerts and dashboard name only documented metrics, and the dashboard shows all', () => {
  const known = documented();
  const named = (text) => new Set([...text.matchAll(/\b(?:atelier|process)_[a-z0-9_]+/g)].map(([name]) =>
    known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
  for (const file of ['alerts.yml', 'alerts_test.yml', 'alerts_overdue_test.yml', 'runbook.md'])
    for (const name of named(read(file))) assert.ok(known.has(name), `${file}: ${name}`);

  const dashboard = JSON.parse(read('dashboard.json'));
  assert.ok(dashboard.schemaVersion >= 39);
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const shown = named(expressions.join('\n'));
  for (const name of shown) assert.ok(known.has(name), `dashboard.json: ${name}`);
  const elsewhere = ['atelier_http_connections_max', 'atelier_sweep_timestamp_seconds', 'process_virtual_memory_bytes', 'atelier_actors_spawned_total'];
  assert.deepEqual([...known.keys()].filter((name) => !shown.has(name)).sort(), elsewhere.sort());
  // Grafana's own variables apart, every expression is PromQL.
  const rules = expressions.map((expr, index) => `  - record: a${index}\n    expr: ${JSON.stringify(
    expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'atelier').replaceAll('$instance', '.*'))}`);
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'atelier-e2e-')), 'dashboard.yml');
  try {
    writeFileSync(file, `groups:\n- name: dashboard\n  rules:\n${rules.join('\n')}\n`);
    promtool(['check', 'rules', file]);
  } finally {
    rmSync(path.dirname(file), { recursive: true });
  }
});
