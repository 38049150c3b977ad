// What the judge of all replies finds, and what it lets pass.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, judgeEvent, judgeWebhook } from './support/contract.mjs';

const style = { id: 3, name: 'Art Deco' };
const usual = { 'content-type': 'application/json', 'x-request-id': 'r-1', 'x-content-type-options': 'nosniff' };
const styles = { data: [style], next_cursor: null };

/** The faults of a `GET /v1/styles` that is answered like this. */
function faults({ method = 'GET', path = '/v1/styles', operators = false, body, ...reply } = {}) {
  const { status = 200, headers = {}, json = styles } = reply;
  const request = { method, url: new URL(path, 'http://here'), operators, type: body && 'application/json', body };
  return faultsOf(request, { status, headers: new Headers({ ...usual, ...headers }), text: JSON.stringify(json) });
}

test('a reply that is documented has no faults', () => {
  assert.deepEqual(faults(), []);
  assert.deepEqual(faults({ method: 'HEAD' }), []);
});

test('what is not documented is a fault', () => {
  assert.match(faults({ status: 418 }).join(), /undocumented status 418/);
  assert.match(faults({ headers: { 'x-news': '1' } }).join(), /undocumented header x-news/);
  assert.match(faults({ headers: { 'content-type': 'text/plain' } }).join(), /undocumented media type "text\/plain"/);
  assert.match(faults({ json: { ...styles, colour: 'red' } }).join(), /additional properties/);
  assert.match(faults({ path: '/v1/styles?colour=red' }).join(), /undocumented parameter colour/);
  assert.match(faults({ path: '/v1/nothing' }).join(), /undocumented operation/);
  assert.match(faults({ operators: true }).join(), /undocumented operation/);
  assert.match(faults({ body: {} }).join(), /undocumented body of application\/json/);
});

test('what is missing or of another kind is a fault', () => {
  assert.match(faults({ json: { data: [{ id: 3 }], next_cursor: null } }).join(), /required property 'name'/);
  assert.match(faults({ json: { data: [{ ...style, id: '3' }], next_cursor: null } }).join(), /must be integer/);
  assert.match(faults({ headers: { 'x-request-id': 'with space' } }).join(), /header x-request-id/);
  assert.match(faults({ path: '/v1/payments?limit=1000' }).join(), /parameter limit/);
});

test('a problem has a code that its operation knows', () => {
  const problem = (code) =>
    ({ type: `urn:atelier:problem:${code}`, title: 'It.', status: 503, code, request_id: 'r-1' });
  const headers = { 'content-type': 'application/problem+json', 'retry-after': '1' };
  assert.deepEqual(faults({ status: 503, headers, json: problem('overloaded') }), []);
  assert.match(faults({ status: 503, headers, json: problem('internal') }).join(), /allowed values/);
  delete headers['retry-after'];
  assert.match(faults({ status: 503, headers, json: problem('overloaded') }).join(), /there is no header retry-after/);
});

test('events and webhooks are judged, too', () => {
  judgeEvent('/v1/events', { id: '1', event: 'balance', data: { balance: 9 } });
  assert.throws(() => judgeEvent('/v1/events', { id: '1', event: 'balance', data: { balance: -1 } }));
  assert.throws(() => judgeEvent('/v1/generations/5/events', { id: '1', event: 'balance', data: { balance: 9 } }));
  const headers = { 'webhook-id': 'ping-1', 'webhook-timestamp': '1772356530', 'webhook-signature': 'v1,a2V5' };
  const ping = { type: 'ping', timestamp: '2026-03-01T09:15:30.250Z', data: { webhook_endpoint_id: 4 } };
  judgeWebhook({ headers, body: JSON.stringify(ping) });
  assert.throws(() => judgeWebhook({ headers, body: JSON.stringify({ ...ping, type: 'pong' }) }));
  assert.throws(() => judgeWebhook({ headers: {}, body: JSON.stringify(ping) }));
});
