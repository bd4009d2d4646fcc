import { type Finding, ok, warn } from './finding.js';

const WHAT = 'Webhook';
const FORMS: { name: string; host: RegExp; path: RegExp; form: string }[] = [
  {
    name: 'Slack',
    host: /^hooks\.slack(-gov)?\.com$/,
    path: /^\/(services|workflows|triggers)\/[^/]+\/[^/]+\/.+$/,
    form: 'https://hooks.slack.com/services/T…/B…/…',
  },
  {
    name: 'Discord',
    host: /^((ptb|canary)\.)?discord(app)?\.com$/,
    path: /^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+$/,
    form: 'https://discord.com/api/webhooks/…/…',
  },
];

/** Checks only the form of the address, because a call would post. The path is a secret: only the host is shown. */
export function checkWebhook(address: string | null): Finding[] {
  if (address === null) return [ok(WHAT, 'not set; this version sends no message')];
  const url = new URL(address);
  if (url.protocol !== 'https:')
    return [warn(WHAT, `${url.host}, not over https`, 'use https: whoever reads the address can post')];
  const known = FORMS.find(({ host }) => host.test(url.hostname));
  if (!known)
    return [
      warn(WHAT, `${url.host}: neither Slack nor Discord`, 'make sure that it accepts the same messages'),
    ];
  if (!known.path.test(url.pathname))
    return [
      warn(WHAT, `${url.host}: not the form of ${known.name}'s addresses`, `it looks like ${known.form}`),
    ];
  return [
    ok(WHAT, `${known.name}, well-formed (not called: that would post); this version sends no message`),
  ];
}
