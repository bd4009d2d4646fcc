import { z } from '@hono/zod-openapi';
import { flag, person } from '../http/fields.js';

export const KillSwitchBody = z.strictObject({ ...person, engaged: flag }).openapi('KillSwitchRequest');
