// The operator's listener: calls, and the stream of overviews.

const place = 'atelier.operator_token';

export const token = {
  get: () => sessionStorage.getItem(place),
  set: (text) => sessionStorage.setItem(place, text),
  forget: () => sessionStorage.removeItem(place),
};

/** What a problem document says (RFC 9457). */
export class Problem extends Error {
  constructor(status, document) {
    const fields = (document?.errors ?? []).map((e) => `${e.field}: ${e.detail ?? e.code}`).join('; ');
    super(fields || document?.detail || document?.title || `The service answered ${status}.`);
    this.status = status;
    this.code = document?.code;
  }
}

async function send(method, path, { body, headers = {}, signal } = {}) {
  const all = { Authorization: `Bearer ${token.get()}`, ...headers };
  if (body !== undefined) all['Content-Type'] = 'application/json';
  const reply = await fetch(path, { method, headers: all, signal, cache: 'no-store',
    body: body === undefined ? undefined : JSON.stringify(body) });
  if (reply.ok) return reply;
  const problem = new Problem(reply.status, await reply.json().catch(() => undefined));
  if (reply.status === 401) dispatchEvent(new CustomEvent('signed_out', { detail: problem }));
  throw problem;
}

export async function call(method, path, options) {
  const reply = await send(method, path, options);
  const text = await reply.text();
  return text ? JSON.parse(text) : undefined;
}

/** The frames of a stream of server-sent events, as [name, data]. */
async function* frames(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const field = (name) => lines.filter((l) => l.startsWith(`${name}: `)).map((l) => l.slice(name.length + 2)).join('\n');
      if (field('data')) yield [field('event'), JSON.parse(field('data'))];
    }
  }
}

/** Follows the overviews until `signal`; tells each, and whether the connection stands. */
export async function follow(signal, { overview, connected }) {
  for (let pause = 1000; !signal.aborted; pause = Math.min(2 * pause, 15_000)) {
    try {
      const reply = await send('GET', '/ops/events', { signal, headers: { Accept: 'text/event-stream' } });
      for await (const [name, data] of frames(reply.body)) {
        if (name === 'end') break;
        if (name !== 'overview') continue;
        pause = 1000;
        connected(true);
        overview(data);
      }
    } catch (error) {
      if (signal.aborted || error.status === 401) return;
    }
    connected(false);
    await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)));
  }
}
