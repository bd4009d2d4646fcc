import type { HookKind } from './types.js';

const SLACK_HOSTS = ['hooks.slack.com', 'hooks.slack-gov.com'];
const DISCORD_HOSTS = ['discord.com', 'discordapp.com', 'ptb.discord.com', 'canary.discord.com'].concat(
  'ptb.discordapp.com',
  'canary.discordapp.com',
);
const SLACK_PATH = /^\/services\/[^/]+\/[^/]+\/[^/]+$/;
const DISCORD_PATH = /^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+(\/slack)?$/;

export const ADDRESS_FORMS = {
  slack: 'https://hooks.slack.com/services/T…/B…/…',
  discord: 'https://discord.com/api/webhooks/…/…',
} as const;

/** What the host and the path of an address say: whose it is, and whether it has the form of an incoming webhook. */
export function addressOf(url: string): { kind: Exclude<HookKind, 'json'>; wellFormed: boolean } | null {
  const { protocol, hostname, pathname, port } = new URL(url);
  if (protocol !== 'https:' || port !== '') return null;
  if (SLACK_HOSTS.includes(hostname)) return { kind: 'slack', wellFormed: SLACK_PATH.test(pathname) };
  if (DISCORD_HOSTS.includes(hostname)) return { kind: 'discord', wellFormed: DISCORD_PATH.test(pathname) };
  return null;
}

/**
 * The address to post to. Discord reports an unsaved message only with `wait=true`; its form for Slack's messages takes no
 * blocks, so its own form is used.
 */
export function postAddress(url: string, kind: HookKind): URL {
  const address = new URL(url);
  if (kind === 'discord') {
    address.pathname = address.pathname.replace(/\/slack$/, '');
    address.searchParams.set('wait', 'true');
  }
  return address;
}
