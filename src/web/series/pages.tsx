import { Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { experimentOf } from '../../api/experiments/lookup.js';
import { experimentSeries } from '../../api/series/read.js';
import { bucketsOf } from '../../domain/experiment.js';
import { MEASURE_NAMES, measureOf } from '../../domain/reporting/series.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { render } from '../render.js';
import { SeriesView } from './view.js';

/** `/experiments/:id/series`. */
export function seriesPages(context: ApiContext): Hono {
  return new Hono().get('/experiments/:id/series', async (c) => {
    const experiment = await experimentOf(context, c.req.param('id'));
    const hasHours = bucketsOf(experiment.policy) === 'hour';
    // An unknown choice in an address shows the usual one: a page is no place to refuse.
    const bucket = hasHours && c.req.query('bucket') === 'hour' ? 'hour' : 'day';
    const asked = c.req.query('measure');
    const measure = MEASURE_NAMES.find((each) => each === asked) ?? measureOf(experiment.policy.objective);
    const [{ reader, frame }, series] = await Promise.all([
      settingOf(context, c),
      experimentSeries(context, experiment.id, bucket),
    ]);
    return render(
      c,
      <Page {...frame} title={`What each ad did: ${experiment.name}`} needs={SERIES_ASSETS}>
        <SeriesView
          name={experiment.name}
          series={series}
          measure={measure}
          hasHours={hasHours}
          reader={reader}
        />
      </Page>,
    );
  });
}

const SERIES_ASSETS = { styles: ['uplot.css'], scripts: ['uplot.js'], modules: ['series.js'] };
