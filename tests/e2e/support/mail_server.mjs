// A mail server that others have written, aiosmtpd of Debian, and what it has received.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './service.mjs';

const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'mail_server.py');
const debian = '/usr/bin/python3'; // whose packages aiosmtpd is one of

export class MailServer {
  constructor() {
    this.place = mkdtempSync(path.join(tmpdir(), 'atelier-mail-'));
    this.certificate = path.join(this.place, 'certificate.pem');
    this.key = path.join(this.place, 'key.pem');
    this.port = 0;
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
      '-keyout', this.key, '-out', this.certificate, '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost'], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
  }

  /**
   * Listens, on the port of the first time. Without `tls` it knows no STARTTLS, without `password` no AUTH; `mailsEach`
   * are all that it takes over one connection.
   */
  async start({ tls = true, password, mailsEach } = {}) {
    const options = tls ? ['--certificate', this.certificate, '--key', this.key] : [];
    if (password) options.push('--password', password);
    if (mailsEach) options.push('--mails-each', String(mailsEach));
    this.directory = mkdtempSync(path.join(this.place, 'mails-'));
    this.child = spawn(debian, [program, this.directory, String(this.port), ...options],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    let out = '';
    let log = '';
    this.child.stdout.on('data', (data) => (out += data));
    this.child.stderr.on('data', (data) => (log += data));
    this.port = await until('the mail server', () => {
      if (this.child.exitCode !== null) throw new Error(`the mail server ended\n${log}`);
      return Number(/^\d+$/m.exec(out)?.[0]);
    });
    return this;
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async remove() {
    if (this.child) await this.stop();
    rmSync(this.place, { recursive: true, force: true });
  }

  /** Received since the last start, in their order: the headers by name, and all as text. */
  mails() {
    return readdirSync(this.directory).filter((name) => name.endsWith('.eml') && !name.startsWith('.')).sort()
      .map((name) => {
        const text = readFileSync(path.join(this.directory, name), 'utf8');
        const head = text.slice(0, text.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
        return { text, ...Object.fromEntries(head.split('\r\n').map((line) => line.split(': ', 2))) };
      });
  }

  /** The latest mail to `email`, when it has come. */
  mailTo(email) {
    return until(`a mail to ${email}`, () => this.mails().reverse().find((mail) => mail['X-Recipients'] === email));
  }
}
