import { z } from '@hono/zod-openapi';
import { counted } from '../http/fields.js';

export const HistoryQuery = z.object({ days_back: counted(1, 3650, 30), limit: counted(1, 1000, 100) });
