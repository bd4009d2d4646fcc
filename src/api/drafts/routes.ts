import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { z } from 'zod';
import type { Brief } from '../../domain/drafts/brief.js';
import type { ApiContext } from '../dependencies.js';
import { recordedName } from '../http/access.js';
import { IdempotencyHeaders } from '../http/fields.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { DRAFTS_WAIT_MS, proposeDrafts, setIdOf } from './propose.js';
import { briefToStartWith, draftSet, draftSets, shownSet } from './read.js';
import { briefBody, DraftSetParams, DraftSetsQuery } from './requests.js';
import { DraftSetAnswer, DraftSetsAnswer, NextBriefAnswer } from './responses.js';

const path = '/api/ab/drafts';

const write = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path,
    summary: 'Drafts for a brief: what to paste into new ads, and which are worth a test',
    request: { headers: IdempotencyHeaders, body: jsonBody(briefBody(withTokens)) },
    responses: { 200: answers('The drafts', DraftSetAnswer), ...failures },
  });

const list = createRoute({
  method: 'get',
  path,
  summary: 'The latest drafts, newest first',
  request: { query: DraftSetsQuery },
  responses: { 200: answers('The drafts', DraftSetsAnswer), ...failures },
});

const next = createRoute({
  method: 'get',
  path: `${path}/next-brief`,
  summary: 'What the next brief starts with: the latest brief and the current winner',
  responses: { 200: answers('The brief', NextBriefAnswer), ...failures },
});

const one = createRoute({
  method: 'get',
  path: `${path}/{id}`,
  summary: 'Drafts for one brief, as they were proposed',
  request: { params: DraftSetParams },
  responses: { 200: answers('The drafts', DraftSetAnswer), ...failures },
});

/** The brief of a valid request. */
export function briefOf(body: Omit<z.output<ReturnType<typeof briefBody>>, 'by' | 'places'>): Brief {
  return {
    product: body.product,
    audience: body.audience ?? null,
    offer: body.offer ?? null,
    mustSay: body.must_say,
    mustNotSay: body.must_not_say,
    tone: body.tone ?? null,
    count: body.count,
  };
}

/** `/api/ab/drafts`. */
export function draftRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(write(context.tokens.length > 0), async (c) => {
      const asked = c.req.valid('json');
      const body = { ...asked, by: recordedName(c, asked.by) };
      const given = await once(
        context,
        c,
        body,
        async ({ madeId }) => ({
          body: await shownSet(
            context,
            await proposeDrafts(context, setIdOf(madeId), {
              brief: briefOf(body),
              experimentId: body.experiment_id,
              places: body.places,
              by: body.by,
            }),
          ),
          status: 200 as const,
          isFinal: true,
        }),
        DRAFTS_WAIT_MS,
      );
      return c.json(given.body, 200);
    })
    .openapi(list, async (c) =>
      c.json({ draft_sets: await draftSets(context, c.req.valid('query').limit) }, 200),
    )
    .openapi(next, async (c) => c.json(await briefToStartWith(context), 200))
    .openapi(one, async (c) => c.json(await draftSet(context, c.req.valid('param').id), 200));
}
