import type { HookJson } from '../../api/hooks/read.js';
import { ADDRESS_FORMS, addressOf } from '../../clients/webhook/address.js';
import { DEFAULT_HOOK } from '../../clients/webhook/settings.js';
import type { HookSettings } from '../../clients/webhook/types.js';
import { type Finding, fail, ok, warn } from './finding.js';

const WHAT = 'Hook';
const NAMES = { slack: 'Slack', discord: 'Discord', json: 'JSON, signed' } as const;

type HookNote = Pick<HookJson, 'name' | 'state' | 'pending' | 'last_failure' | 'dead'>;
/** How the hooks did, by the record; `problem`: why that isn't known. */
export type HookRecord = { hooks: HookNote[] } | { problem: string };

/**
 * Checks the form of each address, because a call would post, and what the record says of the last posts. The path is a
 * secret: only the host is shown.
 */
export function checkHooks(settings: readonly HookSettings[], record: HookRecord): Finding[] {
  if (settings.length === 0)
    return [
      ok(WHAT, 'none is configured: no message is sent (PROMOTION_NOTIFICATION_WEBHOOK, NOTIFICATION_HOOKS)'),
    ];
  return settings.map((hook) => {
    const form = checkForm(hook);
    if (form.level !== 'ok') return form;
    if ('problem' in record)
      return warn(WHAT, `${form.figure}; ${record.problem}`, 'run doctor while the service runs');
    const found = record.hooks.find(({ name }) => name === hook.name);
    return found ? withRecord(form, found) : form;
  });
}

function checkForm({ name, url, kind }: HookSettings): Finding {
  const { host, protocol } = new URL(url);
  const address = addressOf(url);
  if (kind === null) {
    if (protocol !== 'https:')
      return fail(WHAT, `${name}: ${host}, not over https`, 'use https: whoever reads the address can post');
    if (address)
      return fail(
        WHAT,
        `${name}: ${host}: not the form of ${NAMES[address.kind]}'s addresses`,
        `it looks like ${ADDRESS_FORMS[address.kind]}`,
      );
    const cure =
      name === DEFAULT_HOOK ? 'set NOTIFICATION_HOOKS instead, which says the kind' : 'set its kind';
    return fail(WHAT, `${name}: ${host}: neither Slack nor Discord`, cure);
  }
  return ok(WHAT, `${name}: ${NAMES[kind]}, well-formed (not called: that would post)`);
}

function withRecord(form: Finding, { name, state, pending, last_failure, dead }: HookNote): Finding {
  const waiting = pending === 0 ? '' : `, ${pending} messages pending`;
  if (dead)
    return fail(
      WHAT,
      `${name}: dead since ${dead.since}${waiting}. ${dead.reason}`,
      `correct the address, or try it: POST /api/ab/hooks/${name}/test`,
    );
  if (state === 'failing' && last_failure)
    return warn(
      WHAT,
      `${name}: failing, last at ${last_failure.at}${waiting}. ${last_failure.message}`,
      'nothing to do if it passes: pending messages are sent as soon as the hook takes them',
    );
  return ok(WHAT, `${form.figure}${waiting}`);
}
