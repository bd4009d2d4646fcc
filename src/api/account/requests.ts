import { z } from '@hono/zod-openapi';
import { flag, requester } from '../http/fields.js';

export const killSwitchBody = (withTokens: boolean) =>
  z.strictObject({ ...requester(withTokens), engaged: flag }).openapi('KillSwitchRequest');
