// A bucket in memory: as much of S3 as the service uses. Whether signatures are right is tested elsewhere; here they
// only have to be there.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

export class Bucket {
  constructor(name = 'photos') {
    this.name = name;
    this.objects = new Map();
    this.requests = [];
  }

  async start() {
    this.server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Environment of a service that keeps its images here. */
  settings() {
    return {
      ATELIER_IMAGES_STORE: 's3',
      ATELIER_S3_ENDPOINT: this.url,
      ATELIER_S3_BUCKET: this.name,
      ATELIER_S3_PATH_STYLE: 'true',
      ATELIER_S3_ACCESS_KEY_ID: 'key',
      ATELIER_S3_SECRET_ACCESS_KEY: 'secret',
    };
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.url);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const key = decodeURIComponent(url.pathname.slice(this.name.length + 2));
    this.requests.push(`${request.method} ${key}`);
    const signed = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=key/')
      || url.searchParams.get('X-Amz-Signature');
    if (!signed || !url.pathname.startsWith(`/${this.name}`)) return response.writeHead(403).end();
    if (key === '') return response.writeHead(200, { 'Content-Type': 'application/xml' }).end(this.#list(url));
    if (request.method === 'PUT') {
      const content = Buffer.concat(chunks);
      this.objects.set(key, content);
      return response.writeHead(200, { ETag: this.#tag(content) }).end();
    }
    if (request.method === 'DELETE') {
      this.objects.delete(key);
      return response.writeHead(204).end();
    }
    const content = this.objects.get(key);
    if (!content) return response.writeHead(404).end();
    const type = url.searchParams.get('response-content-type') ?? 'binary/octet-stream';
    response.writeHead(200, { ETag: this.#tag(content), 'Content-Length': content.length, 'Content-Type': type });
    return response.end(request.method === 'HEAD' ? undefined : content);
  }

  #tag(content) {
    return `"${createHash('md5').update(content).digest('hex')}"`;
  }

  #list(url) {
    if (url.searchParams.has('uploads')) return '<ListMultipartUploadsResult></ListMultipartUploadsResult>';
    const entries = [...this.objects].map(([key, content]) =>
      `<Contents><Key>${key}</Key><LastModified>${new Date().toISOString()}</LastModified><Size>${content.length}</Size></Contents>`);
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${entries.join('')}</ListBucketResult>`;
  }
}
