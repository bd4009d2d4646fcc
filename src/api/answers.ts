/** What callers get. `json.ts` builds these from the product's own types. */
export * from './auto-promote/responses.js';
export * from './experiments/responses.js';
export * from './http/responses.js';
export * from './looks/responses.js';
export * from './rollouts/responses.js';
