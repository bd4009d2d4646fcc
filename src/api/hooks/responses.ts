import { z } from '@hono/zod-openapi';
import { HOOK_KINDS } from '../../clients/webhook/types.js';
import { MESSAGE_KINDS } from '../../domain/messages/message.js';
import { instant, orNull } from '../http/responses.js';

export const Hook = z
  .object({
    name: z.string(),
    kind: z.enum(HOOK_KINDS).nullable(),
    messages: z.array(z.enum(MESSAGE_KINDS)),
    state: z.enum(['ok', 'failing', 'dead', 'unused']).openapi({
      description:
        '`failing`: the last post did not succeed; `dead`: nothing is sent until the address is changed or a test succeeds',
    }),
    pending: z.int(),
    refused: z.int().openapi({ description: 'messages that the hook refused for good' }),
    last_success: instant.nullable(),
    last_failure: orNull(z.object({ at: instant, message: z.string() })),
    dead: orNull(z.object({ since: instant, reason: z.string() })),
  })
  .openapi('Hook');

export const HooksAnswer = z.object({ hooks: z.array(Hook) }).openapi('Hooks');

export const HookTestAnswer = z
  .object({
    name: z.string(),
    delivered: z.boolean(),
    status: z.int().nullable().openapi({ description: "the hook's HTTP status; null without an answer" }),
    message: z.string(),
  })
  .openapi('HookTest');
