import { Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { WORD_KEYS, WORDS } from './words.js';

/** `/help`: all words of the pages. */
export function wordPages(context: ApiContext): Hono {
  return new Hono().get('/help', async (c) => {
    const { frame } = await settingOf(context, c);
    return render(
      c,
      <Page {...frame} title="What the words mean">
        <h1>What the words mean</h1>
        <p>On the other pages, a word with dots below it says what it means if you press it.</p>
        <section class="card" aria-label="Words">
          <dl class="words">
            {WORD_KEYS.map((key) => (
              <>
                <dt id={key}>{WORDS[key].name}</dt>
                <dd>{WORDS[key].text}</dd>
              </>
            ))}
          </dl>
        </section>
      </Page>,
    );
  });
}
