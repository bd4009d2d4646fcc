import { z } from '@hono/zod-openapi';
import { WEEKDAYS } from '../../domain/calendar.js';
import { oneOf, requester, text } from '../http/fields.js';

const LONGEST_NAME = 80;

const timeForm = 'must be a time from 00:00 to 23:59, as HH:MM';
const time = z
  .string(timeForm)
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, timeForm)
  .openapi({ example: '17:00' });
export const weekTime = z.strictObject({ weekday: oneOf(WEEKDAYS), time });

const dateTimeForm = 'must be a local date and time, as YYYY-MM-DDTHH:MM';
export const dateTime = z
  .string(dateTimeForm)
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, dateTimeForm)
  .openapi({ example: '2026-11-26T00:00' });

/** `timezone` unset: the account's. */
const described = { name: text(LONGEST_NAME), timezone: text(64).optional() };

/** The times of a new window and what it is called. `withTokens`: the owner of the token is recorded. */
export const freezeWindowBody = (withTokens: boolean) => {
  const common = { ...requester(withTokens), ...described };
  return z
    .discriminatedUnion(
      'kind',
      [
        z
          .strictObject({ ...common, kind: z.literal('weekly'), from: weekTime, to: weekTime })
          .openapi('WeeklyFreezeWindow'),
        z
          .strictObject({ ...common, kind: z.literal('dated'), from: dateTime, to: dateTime })
          .openapi('DatedFreezeWindow'),
      ],
      'must have kind weekly or dated',
    )
    .openapi('FreezeWindowRequest');
};

export const removalBody = (withTokens: boolean) =>
  z.strictObject(requester(withTokens)).openapi('FreezeWindowRemoval');
