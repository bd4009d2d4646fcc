import { z } from '@hono/zod-openapi';
import { flag, requester } from '../http/fields.js';

export const KillSwitchBody = z.strictObject({ ...requester, engaged: flag }).openapi('KillSwitchRequest');
