import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { MetaError } from '../../clients/meta/types.js';
import type { ApiContext } from '../dependencies.js';
import { draftsOf } from '../experiments/creation/drafts.js';
import { newExperimentBody, registrationOf } from '../experiments/requests.js';
import { recordedName } from '../http/access.js';
import { ApiProblem } from '../http/problems.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { pictureAnswer, pictureHeaders } from '../pictures/answer.js';
import { previewRequest } from './preview-request.js';
import { prepareProposals, readSetup } from './read.js';
import { AccountAdsAnswer, PreviewAnswer, ProposalsAnswer } from './responses.js';
import { accountAdsToJson, previewToJson, proposalsToJson } from './to-json.js';

const ads = createRoute({
  method: 'get',
  path: '/api/ab/account/ads',
  summary: 'Campaigns, ad sets and ads of the account, with their last 7 days',
  responses: { 200: answers('What the account has', AccountAdsAnswer), ...failures },
});

const thumbnail = createRoute({
  method: 'get',
  path: '/api/ab/account/ads/{ad_id}/thumbnail',
  summary: "An ad's picture",
  request: {
    params: z.object({
      ad_id: z
        .string()
        .regex(/^\d{1,32}$/, 'must be the id of an ad, which has only digits')
        .openapi({ param: { name: 'ad_id', in: 'path' } }),
    }),
  },
  responses: {
    200: pictureAnswer('The picture that Meta has of the ad'),
    ...failures,
  },
});

const proposals = createRoute({
  method: 'get',
  path: '/api/ab/account/proposals',
  summary: 'The tests that the account contains, ready to start, and why the other ads fit none',
  responses: { 200: answers('Proposed tests and the ads that fit none', ProposalsAnswer), ...failures },
});

const preview = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path: '/api/ab/experiments/preview',
    summary: 'What a test would do and find, without registering it',
    request: { body: jsonBody(newExperimentBody(withTokens)) },
    responses: { 200: answers('Problems, warnings, power and phases', PreviewAnswer), ...failures },
  });

/** What the account has, and what could be tested in it. */
export function setupRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(ads, async (c) => c.json(accountAdsToJson(await readSetup(context)), 200))
    .openapi(thumbnail, async (c) => {
      const { ad_id: adId } = c.req.valid('param');
      const picture = await context.meta.getPicture(adId).catch((error: unknown) => {
        const isNoAd = error instanceof MetaError && ['not_found', 'invalid'].includes(error.kind);
        if (isNoAd) return null;
        throw error;
      });
      if (!picture) throw new ApiProblem('not_found', `Meta has no picture of an ad ${adId}.`);
      return c.body(picture.bytes, 200, pictureHeaders(picture, 'private, max-age=3600'));
    })
    .openapi(proposals, async (c) => {
      const { setup, proposals: found, unfit } = await prepareProposals(context);
      return c.json(proposalsToJson(setup, found, unfit), 200);
    })
    .openapi(preview(context.tokens.length > 0), async (c) => {
      const body = c.req.valid('json');
      const drafts = await draftsOf(context, body.draft_ids);
      const request = registrationOf(body, (by) => recordedName(c, by), drafts);
      const { preview: found, policy } = await previewRequest(context, request);
      return c.json(previewToJson(found, policy), 200);
    });
}
