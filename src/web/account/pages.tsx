import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import { turnKillSwitch } from '../../api/account/kill-switch.js';
import type { ApiContext } from '../../api/dependencies.js';
import { removeFreezeWindow, setFreezeWindow } from '../../api/freezes/change.js';
import { freezesOf } from '../../api/freezes/read.js';
import { hooksOf, testHook } from '../../api/hooks/read.js';
import { recordedName, requireRole } from '../../api/http/access.js';
import { requester } from '../../api/http/fields.js';
import { KILL_SWITCH_RELEASE } from '../../api/http/needed-roles.js';
import { ApiProblem } from '../../api/http/problems.js';
import { overviewOf } from '../../api/overview/read.js';
import { OverviewQuery } from '../../api/overview/requests.js';
import { gatesOf } from '../../api/rollouts/read.js';
import type { FreezeTimes } from '../../domain/rollout/freeze.js';
import type { GateJson } from '../experiment/read.js';
import { fieldsOf, firstProblem } from '../forms.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { viewerOf } from '../session.js';
import { AccountView, type AccountViewFacts } from './account.js';
import { firstFault, removalAsked, typedOf, windowAsked } from './freeze-form.js';

const KillSwitchForm = z.object({
  // A signed-in user's name is that of the token.
  ...requester(false),
  engaged: z.enum(['true', 'false']),
  key: z.string().regex(/^[\w-]{1,100}$/),
});

/** `/account` and the form of its kill switch. */
export function accountPages(context: ApiContext): Hono {
  const show = async (
    c: Context,
    notice: AccountViewFacts['notice'],
    status: 200 | 400 | 404 | 409,
    typedWindow: AccountViewFacts['typedWindow'] = null,
  ) => {
    const [{ reader, frame }, account, overview, hooks, freezes] = await Promise.all([
      settingOf(context, c),
      context.account(),
      overviewOf(context, OverviewQuery.parse({})),
      hooksOf(context),
      freezesOf(context),
    ]);
    const moved = overview.experiments.filter(
      (row) => row.end_date === null && (row.shadow || row.moved_cents !== 0),
    );
    const shadow = new Map<string, GateJson>();
    for (const { experiment_id: id } of moved.filter((row) => row.shadow)) {
      const gate = (await gatesOf(context, id)).gates.findLast((each) => each.shadow);
      if (gate) shadow.set(id, gate);
    }
    const facts = {
      account,
      moved,
      shadow,
      hooks,
      freezes,
      typedWindow,
      reader,
      viewer: viewerOf(c),
      notice,
      formKey: randomUUID(),
    };
    return render(
      c,
      <Page {...frame} title="Account" current="/account" live>
        <AccountView {...facts} />
      </Page>,
      status,
    );
  };

  /** The page again, or with the sentence that refuses the change. */
  const changed = async (
    c: Context,
    change: () => Promise<unknown>,
    typed: AccountViewFacts['typedWindow'] = null,
  ) => {
    try {
      await change();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const { status, message } = error;
      if (status !== 400 && status !== 404 && status !== 409) throw error;
      return show(c, { isError: true, text: message }, status, typed);
    }
    return c.redirect(`${context.base}/account#freezes`, 303);
  };

  return new Hono()
    .get('/account', (c) => show(c, null, 200))
    .post('/account/hooks/:name/test', async (c) => {
      const { delivered, message } = await testHook(context, c.req.param('name'));
      return show(c, { isError: !delivered, text: `${c.req.param('name')}: ${message}` }, 200);
    })
    .post('/account/freeze-windows', async (c) => {
      const fields = await fieldsOf(c);
      const typed = typedOf(fields);
      const asked = windowAsked(fields);
      if (!asked.success) return show(c, { isError: true, text: firstFault(asked.error) }, 400, typed);
      const { kind, from, to, by, ...body } = asked.data.body;
      const times = { kind, from, to } as FreezeTimes;
      const key = { id: randomUUID(), key: asked.data.key };
      const window = { ...body, times, by: recordedName(c, by) };
      return changed(c, () => setFreezeWindow(context, window, key), typed);
    })
    .post('/account/freeze-windows/:id/remove', async (c) => {
      const asked = removalAsked(await fieldsOf(c));
      if (!asked.success) return show(c, { isError: true, text: firstFault(asked.error) }, 400);
      const { reason, by } = asked.data.body;
      const who = { by: recordedName(c, by), reason };
      return changed(c, () => removeFreezeWindow(context, c.req.param('id'), who, asked.data.key));
    })
    .post('/account/kill-switch', async (c) => {
      const asked = KillSwitchForm.safeParse(await fieldsOf(c));
      if (!asked.success) {
        return show(c, { isError: true, text: firstProblem(asked.error) }, 400);
      }
      const { key, by, reason } = asked.data;
      const engaged = asked.data.engaged === 'true';
      if (!engaged) requireRole(c, KILL_SWITCH_RELEASE, 'The release of the kill switch');
      try {
        await turnKillSwitch(context, { engaged, by: recordedName(c, by), reason }, key);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.kind !== 'kill_switch_released') throw error;
        return show(c, { isError: true, text: error.message }, 409);
      }
      return c.redirect(`${context.base}/account`, 303);
    });
}
