/** Which of Meta's events count as a test's conversions. */

/** The event of policies that name none. */
export const DEFAULT_CONVERSION_EVENT = 'purchase';

/** Stands for the event that Meta optimises the ad sets for. It is replaced when the test is registered. */
export const OWN_RESULT = 'result';

/**
 * Meta's action types of an event, the most complete one first. Meta counts one event under several types, so only the
 * first that is present counts, never a sum. Source: Meta's reference of insights, `actions`.
 */
const ACTION_TYPES: Record<string, readonly string[]> = {
  purchase: ['omni_purchase', 'purchase', 'offsite_conversion.fb_pixel_purchase'],
  lead: ['lead', 'onsite_conversion.lead_grouped', 'offsite_conversion.fb_pixel_lead'],
  app_install: ['omni_app_install', 'mobile_app_install', 'app_install'],
  complete_registration: [
    'omni_complete_registration',
    'complete_registration',
    'offsite_conversion.fb_pixel_complete_registration',
  ],
  add_to_cart: ['omni_add_to_cart', 'add_to_cart', 'offsite_conversion.fb_pixel_add_to_cart'],
  initiate_checkout: [
    'omni_initiated_checkout',
    'initiate_checkout',
    'offsite_conversion.fb_pixel_initiate_checkout',
  ],
};

/** The events that have a name here. Any other is the name of one of Meta's action types. */
export const NAMED_EVENTS = Object.keys(ACTION_TYPES);

/** Names and action types, e.g. `lead` or `offsite_conversion.custom.1234`. */
export const EVENT_FORM = /^[a-z][a-z0-9_.]{0,99}$/;

/** The action types of an event, by priority: those of a name, or the type itself. */
export function actionTypesOf(event: string): readonly string[] {
  return Object.hasOwn(ACTION_TYPES, event) ? ACTION_TYPES[event]! : [event];
}

/** As users read it: `lead`, `app install`; an action type as Meta writes it. */
export function eventWords(event: string): string {
  return Object.hasOwn(ACTION_TYPES, event) ? event.replaceAll('_', ' ') : event;
}

/** Meta's names of standard events, as an ad set's `promoted_object` has them. */
const STANDARD_EVENTS: Record<string, string> = {
  PURCHASE: 'purchase',
  LEAD: 'lead',
  COMPLETE_REGISTRATION: 'complete_registration',
  ADD_TO_CART: 'add_to_cart',
  INITIATED_CHECKOUT: 'initiate_checkout',
};
/** Goals whose event doesn't depend on what is promoted. */
const GOAL_EVENTS: Record<string, string> = {
  LEAD_GENERATION: 'lead',
  QUALITY_LEAD: 'lead',
  APP_INSTALLS: 'app_install',
  APP_INSTALLS_AND_OFFSITE_CONVERSIONS: 'app_install',
  CONVERSATIONS: 'onsite_conversion.messaging_conversation_started_7d',
};
const EVENT_GOALS = ['OFFSITE_CONVERSIONS', 'ONSITE_CONVERSIONS', 'VALUE', 'IN_APP_VALUE'];

/**
 * The event that Meta optimises an ad set for; null if it isn't one that is counted. `promoted`: Meta's
 * `promoted_object`. A custom conversion is counted by its id.
 */
export function resultEventOf(goal: string | null, promoted: Record<string, unknown>): string | null {
  if (goal === null) return null;
  if (Object.hasOwn(GOAL_EVENTS, goal)) return GOAL_EVENTS[goal]!;
  if (!EVENT_GOALS.includes(goal)) return null;
  const { custom_event_type: type, custom_conversion_id: custom } = promoted;
  if (/^\d{1,32}$/.test(String(custom ?? ''))) return `offsite_conversion.custom.${String(custom)}`;
  return typeof type === 'string' && Object.hasOwn(STANDARD_EVENTS, type) ? STANDARD_EVENTS[type]! : null;
}
