// A network of our own between the service and PostgreSQL: TCP on one side, the server's socket on the other.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export class Proxy {
  /** `target`: path of the socket that connections are passed on to. */
  constructor(target) {
    this.target = target;
    this.pairs = new Set();
    this.delay = 0; // ms, on everything in both directions
    this.refusing = false;
    this.counters = { connections: 0, cuts: 0, halves: 0 };
    this.server = net.createServer({ allowHalfOpen: true }, (client) => this.accept(client));
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }

  accept(client) {
    if (this.refusing) {
      client.destroy();
      return;
    }
    ++this.counters.connections;
    const server = net.connect({ path: this.target, allowHalfOpen: true });
    const pair = { client, server };
    this.pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on('error', () => this.destroy(pair));
      socket.once('close', () => this.destroy(pair));
    }
    this.pass(client, server);
    this.pass(server, client);
  }

  /** Passes on what comes, in order, each piece after the delay of its time. */
  pass(from, to) {
    let last = Promise.resolve();
    const later = (action) => {
      const due = this.delay > 0 ? sleep(this.delay) : undefined;
      last = last.then(() => due).then(action);
    };
    from.on('data', (data) => later(() => to.destroyed || to.writableEnded || to.write(data)));
    from.once('end', () => later(() => to.end()));
  }

  destroy(pair) {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  }

  /** Every connection breaks at once; nobody knows what was still on its way. */
  cut() {
    this.counters.cuts += this.pairs.size;
    for (const pair of [...this.pairs]) this.destroy(pair);
  }

  /** One direction of every connection ends while the other goes on. */
  halfClose(random = Math.random) {
    this.counters.halves += this.pairs.size;
    for (const { client, server } of this.pairs) (random() < 0.5 ? client : server).end();
  }

  /** Nothing comes through any more, and nobody is told. */
  freeze() {
    for (const { client, server } of this.pairs) {
      client.pause();
      server.pause();
    }
  }

  close() {
    this.cut();
    this.server.close();
  }
}
