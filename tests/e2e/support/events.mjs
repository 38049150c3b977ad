// A client of event streams, which reads them as far as a test wants.
import { judgeEvent } from './contract.mjs';

/** The events in a text of whole frames; comments and fields without data are left out. */
function parse(text) {
  return text.split('\n\n').filter((frame) => frame.includes('data: ')).map((frame) => ({
    id: /^id: (.*)$/m.exec(frame)?.[1],
    event: /^event: (.*)$/m.exec(frame)?.[1],
    data: JSON.parse(/^data: (.*)$/m.exec(frame)[1]),
  }));
}

export class EventStream {
  /** Opens a stream; `after` goes into Last-Event-ID. */
  static async open(service, token, url, after) {
    const stream = new EventStream();
    stream.abort = new AbortController();
    stream.response = await fetch(service.http + url, {
      headers: { Authorization: `Bearer ${token}`, ...(after && { 'Last-Event-ID': after }) },
      signal: stream.abort.signal,
    });
    stream.status = stream.response.status;
    stream.path = url;
    if (stream.status === 200) service.judge(stream.response, { method: 'GET' });
    stream.events = [];
    stream.text = '';
    stream.reader = stream.response.body.getReader();
    return stream;
  }

  /** Reads on; false at the end. */
  async more() {
    const { done, value } = await this.reader.read();
    if (done) return false;
    this.text += Buffer.from(value).toString('utf8');
    const whole = this.text.lastIndexOf('\n\n') + 2;
    if (whole > 1) {
      const events = parse(this.text.slice(0, whole));
      for (const event of events) judgeEvent(this.path, event);
      this.events.push(...events);
      this.text = this.text.slice(whole);
    }
    return true;
  }

  /** Reads until an event meets the condition; gives that event. */
  async until(condition) {
    for (;;) {
      const found = this.events.find(condition);
      if (found) return found;
      if (!(await this.more())) throw new Error(`the stream ended: ${JSON.stringify(this.events)}`);
    }
  }

  /** Reads to the end; gives all events. */
  async toEnd() {
    while (await this.more());
    return this.events;
  }

  /** The id of the last event that has one. */
  get lastId() {
    return this.events.filter(({ id }) => id).at(-1)?.id;
  }

  /** Breaks the connection. */
  cut() {
    this.abort.abort();
    return this.reader.closed.catch(() => undefined);
  }
}
