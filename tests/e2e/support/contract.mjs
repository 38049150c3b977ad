// Judges requests and replies by the document of the API: what it does not say is an error.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const document = JSON.parse(readFileSync(new URL('../../../http/openapi.json', import.meta.url), 'utf8'));

const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
addFormats(ajv);
ajv.addVocabulary(Object.keys(document)); // what is no schema
ajv.addSchema(document, 'api', undefined, false);

/** Of framing and connections, and what the session adds to every answer: no operation says so. */
const unsaid = new Set(['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding',
  'content-encoding', 'content-security-policy', 'ratelimit', 'ratelimit-policy', 'strict-transport-security', 'vary',
  'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']);

const escaped = (step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));

/** A part of the document that knows where it stands; references are followed. */
class Part {
  constructor(steps) {
    this.steps = steps;
    this.value = steps.reduce((value, step) => value?.[step], document);
    if (this.value?.$ref && !steps.includes('schema') && !steps.includes('schemas')) {
      return new Part(this.value.$ref.slice(2).split('/'));
    }
  }

  at(...steps) {
    return new Part([...this.steps, ...steps]);
  }

  entries() {
    return Object.keys(this.value ?? {}).map((name) => [name, this.at(name)]);
  }

  /** What is wrong with `value` by this schema; '' when nothing is. */
  faults(value) {
    const check = ajv.getSchema(`api#/${this.steps.map(escaped).join('/')}`);
    return check(value) ? '' : ajv.errorsText(check.errors, { dataVar: '', separator: '; ' });
  }
}

const templates = Object.keys(document.paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '([^/]+)')}$`),
  operators: Boolean(document.paths[path].servers),
})).sort((a, b) => a.path.split('{').length - b.path.split('{').length);

/** The path of the document that an address means, at the public listener or the operator's. */
const templateOf = (pathname, operators) =>
  templates.find((template) => template.operators === operators && template.pattern.test(pathname));

const isJson = (type) => /^application\/([a-z.]+\+)?json$/.test(type);
const mediaType = (header) => (header ?? '').split(';')[0].trim().toLowerCase();

/** A text as the schema of a parameter or a header means it. */
function typed(part, text) {
  let { value: schema } = part.at('schema');
  while (schema.$ref) schema = schema.$ref.slice(2).split('/').reduce((value, step) => value[step], document);
  return schema.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}

function* faultsOfHeaders(described, headers) {
  const known = new Map(described.entries().map(([name, part]) => [name.toLowerCase(), part]));
  for (const [name, part] of known) {
    const text = headers.get(name);
    if (text === null) {
      if (part.value.required) yield `there is no header ${name}`;
    } else {
      const faults = part.at('schema').faults(typed(part, text));
      if (faults) yield `header ${name}: ${text}: ${faults}`;
    }
  }
  for (const name of headers.keys()) if (!known.has(name) && !unsaid.has(name)) yield `undocumented header ${name}`;
}

function* faultsOfBody(response, { headers, text }) {
  const type = mediaType(headers.get('content-type'));
  if (!response.value.content) {
    if (type) yield `undocumented body of ${type}`;
    return;
  }
  if (!response.value.content[type]) yield `undocumented media type "${type}"`;
  else if (isJson(type)) {
    const faults = response.at('content', type, 'schema').faults(JSON.parse(text));
    if (faults) yield faults;
  }
}

function* faultsOfQuery(item, operation, url) {
  const parameters = [item, operation].flatMap((part) => part.at('parameters').entries().map(([, value]) => value));
  const given = new Map(url.searchParams);
  for (const part of parameters.filter(({ value }) => value.in === 'query')) {
    if (part.value.schema.type === 'object') return; // whatever there is
    const { name, required } = part.value;
    if (required && !given.has(name)) yield `there is no parameter ${name}`;
    const faults = given.has(name) && part.at('schema').faults(typed(part, given.get(name)));
    if (faults) yield `parameter ${name}: ${faults}`;
    given.delete(name);
  }
  for (const name of given.keys()) yield `undocumented parameter ${name}`;
}

function* faultsOfCommand(operation, request) {
  const body = operation.at('requestBody');
  if (request.body === undefined || !isJson(request.type)) return;
  if (!body.value?.content?.[request.type]) yield `undocumented body of ${request.type}`;
  else {
    const faults = body.at('content', request.type, 'schema').faults(request.body);
    if (faults) yield `the request: ${faults}`;
  }
}

/** Of OPTIONS, which any path has. */
function* faultsOfOptions({ status, headers }) {
  if (status !== 204 || !headers.get('allow')) yield `OPTIONS answered ${status}`;
}

/** Of a path that there is not, or a method that it does not have. */
function* faultsOfUnknown(template, method, { status, headers, text }) {
  if (status !== (template ? 405 : 404)) yield 'undocumented operation';
  if (template && !headers.get('allow')) yield 'there is no header allow';
  const problem = method === 'HEAD' ? '' : new Part(['components', 'schemas', 'Problem']).faults(JSON.parse(text));
  if (problem) yield problem;
}

/**
 * What is wrong with one exchange, in words.
 * `request`: {method, url, operators, type, body}; `reply`: {status, headers, text}.
 */
export function faultsOf(request, reply) {
  const { method, url } = request;
  const template = templateOf(decodeURI(url.pathname), request.operators);
  const verb = (method === 'HEAD' ? 'GET' : method).toLowerCase();
  if (template && method === 'OPTIONS') return [...faultsOfOptions(reply)];
  if (!document.paths[template?.path]?.[verb]) return [...faultsOfUnknown(template, method, reply)];
  const item = new Part(['paths', template.path]);
  const operation = item.at(verb);
  const response = operation.at('responses', String(reply.status));
  if (!response.value) return [`undocumented status ${reply.status}: ${reply.text}`];
  return [
    ...faultsOfHeaders(response.at('headers'), reply.headers),
    ...(method === 'HEAD' ? [] : faultsOfBody(response, reply)),
    // What was understood should be described.
    ...(reply.status < 300 ? [...faultsOfQuery(item, operation, url), ...faultsOfCommand(operation, request)] : []),
  ];
}

/** Throws unless the document knows the exchange. */
export function judge(request, reply) {
  const faults = faultsOf(request, reply);
  if (faults.length === 0) return;
  throw new Error(`${request.method} ${request.url.pathname} → ${reply.status} is not what http/openapi.json says:\n`
    + `${faults.map((fault) => `  - ${fault}`).join('\n')}\n${reply.text?.slice(0, 1000) ?? ''}`);
}

/** Throws unless the document knows such an event on the stream at that path. */
export function judgeEvent(path, event) {
  const { path: template } = templateOf(path, false);
  const stream = new Part(['paths', template, 'get', 'responses', '200', 'content', 'text/event-stream', 'schema']);
  const faults = stream.at('contentSchema', 'items').faults(event);
  if (faults) throw new Error(`${template}: ${JSON.stringify(event)} is not what http/openapi.json says: ${faults}`);
}

/** Throws unless the document knows such a webhook of ours. */
export function judgeWebhook({ headers, body }) {
  const sent = JSON.parse(body);
  const operation = new Part(['webhooks', sent.type, 'post']);
  if (!operation.value) throw new Error(`undocumented webhook ${sent.type}`);
  const faults = [operation.at('requestBody', 'content', 'application/json', 'schema').faults(sent)];
  for (const [, part] of operation.at('parameters').entries()) {
    faults.push(part.at('schema').faults(headers[part.value.name] ?? null));
  }
  const told = faults.filter(Boolean).join('; ');
  if (told) throw new Error(`webhook ${sent.type} is not what http/openapi.json says: ${told}\n${body}`);
}
