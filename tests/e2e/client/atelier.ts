// A client of the service, its types generated from the document of the API.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

export type Problem = components['schemas']['Problem'];
export type Generation = components['schemas']['Generation'];
export type Image = components['schemas']['Image'];

/** A reply that is none of success. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail ?? problem.title}`);
  }
}

/** What came, unless it is a refusal. */
function got<Data>({ data, error }: { data?: Data; error?: Problem }): Data {
  if (data === undefined) throw error ? new Refusal(error) : new Error('nothing came');
  return data;
}

const connect = (baseUrl: string, token?: string) =>
  createClient<paths>({ baseUrl, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });

/** Asks for an account; the token of the mail confirms it. */
export async function signUp(baseUrl: string, email: string, password: string): Promise<void> {
  got(await connect(baseUrl).POST('/v1/users', { body: { email, password } }));
}

export async function confirm(baseUrl: string, token: string): Promise<void> {
  got(await connect(baseUrl).POST('/v1/users/confirmation', { body: { token } }));
}

/** What a signed-in user does. */
export class Atelier {
  private constructor(private readonly api: ReturnType<typeof connect>) {}

  static async signIn(baseUrl: string, email: string, password: string): Promise<Atelier> {
    const session = got(await connect(baseUrl).POST('/v1/sessions', { body: { email, password } }));
    if (!('token' in session)) throw new Error('the token is in a cookie');
    return new Atelier(connect(baseUrl, session.token));
  }

  async balance(): Promise<number> {
    return got(await this.api.GET('/v1/wallet')).balance;
  }

  async upload(photo: Blob, roomType: string): Promise<Image> {
    return got(await this.api.POST('/v1/images', {
      params: { query: { room_type: roomType } },
      headers: { 'Content-Type': photo.type },
      body: photo,
      bodySerializer: (body) => body,
    }));
  }

  /** Redesigns a photo in the style of that name, and waits until it is done. */
  async redesign(photo: Image, styleName: string, key: string): Promise<Generation> {
    const style = got(await this.api.GET('/v1/styles')).data.find(({ name }) => name === styleName);
    if (style === undefined) throw new Error(`no style is called ${styleName}`);
    let generation: Generation = got(await this.api.POST('/v1/generations', {
      params: { header: { 'Idempotency-Key': key, Prefer: 'wait=10' } },
      body: { input_image_id: photo.id, style_id: style.id },
    }));
    while (generation.status === 'queued' || generation.status === 'running') {
      await new Promise((resume) => setTimeout(resume, 200));
      generation = got(await this.api.GET('/v1/generations/{id}', { params: { path: { id: generation.id } } }));
    }
    return generation;
  }

  /** The picture that a redesign made. */
  async picture(generation: Generation): Promise<Blob> {
    if (generation.output_image_id === null) throw new Error(`generation ${generation.id} has made none`);
    return got(await this.api.GET('/v1/images/{id}/file', {
      params: { path: { id: generation.output_image_id } },
      parseAs: 'blob',
    }));
  }

  /** All redesigns, page by page. */
  async* redesigns(): AsyncGenerator<Generation> {
    let cursor: string | null | undefined;
    do {
      const page = got(await this.api.GET('/v1/generations', {
        params: { query: { limit: 1, ...(cursor ? { cursor } : {}) } },
      }));
      yield* page.data;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }
}
