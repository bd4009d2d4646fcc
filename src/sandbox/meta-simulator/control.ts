import { Hono } from 'hono';
import { z } from 'zod';
import type { Controls } from './controls.js';
import { creativeBody } from './creative-forms.js';

/**
 * `/__market/`: the market's own controls over HTTP, for tests and commands. Bodies and answers are the shapes of
 * types.ts as JSON. A malformed request gets 400 and a sentence.
 */
export function controlRoutes(controls: Controls): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400);
    if (error instanceof RangeError || error instanceof SyntaxError)
      return c.json({ error: error.message }, 400);
    throw error;
  });
  app.get('/state', async (c) => c.json(await controls.state()));
  app.get('/tests', async (c) => c.json(await controls.tests()));
  app.post('/tests', async (c) => c.json(await controls.createTest(testBody.parse(await c.req.json())), 201));
  app.post('/ads', async (c) => c.json(await controls.addAd(adBody.parse(await c.req.json())), 201));
  app.get('/truth', async (c) => c.json(await controls.truth()));
  app.post('/truth', async (c) => {
    const { adId, trueClickRate } = truthBody.parse(await c.req.json());
    await controls.setTruth(adId, trueClickRate);
    return c.json({ success: true });
  });
  app.get('/audit', async (c) => c.json(await controls.audit()));
  app.get('/budgets', async (c) => {
    const ids = (c.req.query('ids') ?? '').split(',').filter((id) => id !== '');
    return c.json(await controls.budgets(ids.length > 0 ? ids : undefined));
  });
  app.post('/edit', async (c) => {
    const { objectId, fields, actor } = editBody.parse(await c.req.json());
    await controls.edit(objectId, fields, actor);
    return c.json({ success: true });
  });
  app.get('/faults', (c) => c.json(controls.faults()));
  app.post('/faults', async (c) => {
    const id = await controls.order(faultBody.parse(await c.req.json()));
    return c.json({ id }, 201);
  });
  app.delete('/faults', async (c) => {
    await controls.withdraw();
    return c.json({ success: true });
  });
  app.delete('/faults/:id', async (c) => {
    await controls.withdraw(c.req.param('id'));
    return c.json({ success: true });
  });
  return app;
}

const rate = z.number().min(0).max(1);
const count = z.number().int().min(0);

export const adSpec = z.strictObject({
  name: z.string().min(1),
  dailyBudget: count,
  trueClickRate: rate.optional(),
  trueConversionRate: rate.optional(),
  creative: creativeBody.optional(),
});

const segments = z.strictObject({
  by: z.enum(['age', 'placement']),
  contrast: z.number().min(1).max(100),
  spread: z.number().min(0).max(2),
  memoryHours: z.number().min(1).max(240).nullable(),
});

export const testBody = z.strictObject({
  name: z.string().min(1),
  ads: z.array(adSpec).min(1),
  segments: segments.optional(),
  since: count.optional(),
  baseClickRate: rate.optional(),
});

const adBody = z.strictObject({
  adSetId: z.string(),
  name: z.string().min(1),
  trueClickRate: rate.optional(),
  trueConversionRate: rate.optional(),
  creative: creativeBody.optional(),
});

const truthBody = z.strictObject({ adId: z.string(), trueClickRate: rate });

const editBody = z.strictObject({
  objectId: z.string(),
  fields: z.record(z.string(), z.unknown()),
  actor: z.string().min(1).optional(),
});

export const faultBody = z.strictObject({
  kind: z.enum([
    'refuse',
    'rate_limit',
    'server_error',
    'html',
    'lost_request',
    'applied_then_reset',
    'late_apply',
    'expired_token',
    'hang',
  ]),
  objectId: z.string().nullish(),
  edge: z.string().nullish(),
  method: z.enum(['GET', 'POST']).nullish(),
  dailyBudget: count.nullish(),
  times: count.nullish(),
  skip: count.optional(),
  code: z.number().int().optional(),
  subcode: z.number().int().optional(),
  delayMs: count.optional(),
});
