// POST /v1/generations as it is usually written: a process for each core, a pool of connections, a transaction with a
// row lock for each request. Environment: PORT, POOL (connections of each process), PGHOST, PGUSER, PGDATABASE.
import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import Fastify from 'fastify';
import pg from 'pg';

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

// Named, so that each connection plans them once.
const statements = {
  session: `SELECT user_id FROM sessions WHERE digest = $1 AND expires_at > now() AT TIME ZONE 'utc'`,
  image: 'SELECT 1 FROM images WHERE id = $1 AND user_id = $2',
  lots: `SELECT id, tokens_remaining FROM token_purchases
    WHERE user_id = $1 AND tokens_remaining > 0 AND expires_at > now() AT TIME ZONE 'utc'
    ORDER BY expires_at, purchased_at, id FOR UPDATE`,
  take: `UPDATE token_purchases SET tokens_remaining = tokens_remaining - $2, updated_at = now() AT TIME ZONE 'utc'
    WHERE id = $1`,
  generation: `INSERT INTO generations (user_id, input_image_id, style_id, status, created_at, updated_at)
    VALUES ($1, $2, $3, 'queued', now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc') RETURNING id, created_at`,
  journal: `INSERT INTO token_transactions
      (user_id, token_purchase_id, generation_id, operation, amount, created_at, updated_at)
    VALUES ($1, $2, $3, 'spend', $4, now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc') RETURNING id`,
};
const run = (client, name, ...values) => client.query({ name, text: statements[name], values });

const cost = 1;
const foreignKeyViolation = '23503';

class Refusal extends Error {
  constructor(statusCode, message) {
    super(message);
    this.statusCode = statusCode;
  }
}

async function spend(client, user, { input_image_id: image, style_id: style }) {
  const { rows: lots } = await run(client, 'lots', user);
  const before = lots.reduce((sum, lot) => sum + lot.tokens_remaining, 0);
  if (before < cost) throw new Refusal(402, 'not enough tokens');
  const { rows: [generation] } = await run(client, 'generation', user, image, style);
  let last;
  for (let left = cost, i = 0; left > 0; ++i) {
    const part = Math.min(left, lots[i].tokens_remaining);
    await run(client, 'take', lots[i].id, part);
    last = (await run(client, 'journal', user, lots[i].id, generation.id, -part)).rows[0].id;
    left -= part;
  }
  return {
    id: generation.id, status: 'queued', cost, input_image_id: image, output_image_id: null, style_id: style,
    error: null, tokens_returned: 0, created_at: generation.created_at.toISOString(), started_at: null,
    finished_at: null, balance: before - cost, transaction_id: last,
  };
}

async function inTransaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function routes(app, pool) {
  app.decorateRequest('user', null);
  const authenticate = async (request) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const digest = createHash('sha256').update(token ?? '').digest('hex');
    const { rows: [session] } = await run(pool, 'session', digest);
    if (!session) throw new Refusal(401, 'sign in first');
    request.user = session.user_id;
  };
  const id = { type: 'integer', minimum: 1 };
  const integer = { type: 'integer' };
  const nullable = { type: ['string', 'null'] };
  const schema = {
    body: {
      type: 'object', required: ['input_image_id', 'style_id'], additionalProperties: false,
      properties: { input_image_id: id, style_id: id, seed: { type: 'integer', minimum: 0 } },
    },
    response: {
      202: {
        type: 'object',
        properties: {
          id: integer, status: { type: 'string' }, cost: integer, input_image_id: integer,
          output_image_id: { type: ['integer', 'null'] }, style_id: integer, error: nullable, tokens_returned: integer,
          created_at: { type: 'string' }, started_at: nullable, finished_at: nullable, balance: integer,
          transaction_id: integer,
        },
      },
    },
  };
  app.post('/v1/generations', { onRequest: authenticate, schema }, async (request, reply) => {
    const { rows: [owned] } = await run(pool, 'image', request.body.input_image_id, request.user);
    if (!owned) throw new Refusal(422, 'there is no such image');
    const generation = await inTransaction(pool, (client) => spend(client, request.user, request.body));
    return reply.code(202).header('Location', `/v1/generations/${generation.id}`).send(generation);
  });
  app.setErrorHandler((error, request, reply) => {
    const status = error.code === foreignKeyViolation ? 422 : error.statusCode ?? 500;
    reply.code(status).send({ status, title: error.message });
  });
}

if (cluster.isPrimary) {
  const processes = availableParallelism();
  let listening = 0;
  cluster.on('listening', () => ++listening === processes && console.log('ready'));
  cluster.on('exit', () => process.exit(1));
  process.on('SIGTERM', () => process.exit(0));
  for (let i = 0; i < processes; ++i) cluster.fork();
} else {
  process.on('disconnect', () => process.exit(0));
  const pool = new pg.Pool({ max: Number(process.env.POOL) });
  const app = Fastify({ logger: false });
  routes(app, pool);
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
}
