/** What callers get. `json.ts` builds these from the product's own types. */
export * from './answers/auto-promote.js';
export * from './answers/common.js';
export * from './answers/experiment.js';
export * from './answers/look.js';
export * from './answers/rollout.js';
