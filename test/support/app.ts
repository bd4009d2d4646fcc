import { createApp } from '../../src/api/app.js';
import type { ApiDependencies } from '../../src/api/dependencies.js';
import type { World } from './world.js';

/** The whole API over a world, without a token. */
export function appOf(world: World, more: Partial<ApiDependencies> = {}): ReturnType<typeof createApp> {
  return createApp({
    store: world.store,
    meta: world.collaborators.meta,
    clock: world.clock,
    timeBase: world.timeBase,
    temporal: { client: world.client, names: world.names },
    environment: 'sandbox',
    tokens: [],
    checkIntervalHours: 6,
    accountEnvelope: null,
    maxChecksAtOnce: 8,
    writesAllowed: true,
    ...more,
  });
}
