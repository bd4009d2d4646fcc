import { Hono } from 'hono';
import type { ApiContext } from '../../api/dependencies.js';
import { keptReport, keptReports } from '../../api/kept-reports/read.js';
import { settingOf } from '../frame.js';
import { Page } from '../page.js';
import { Link } from '../parts/links.js';
import { render } from '../render.js';
import { viewerOf } from '../session.js';
import { Report, titleOf } from './report.js';

/** The newest reports that the list shows. */
const SHOWN = 200;

/** `/reports` and `/reports/:id`. */
export function reportPages(context: ApiContext): Hono {
  return new Hono()
    .get('/reports', async (c) => {
      const [{ reader, frame }, { reports, total }] = await Promise.all([
        settingOf(context, c),
        keptReports(context, { limit: SHOWN, offset: 0 }),
      ]);
      return render(
        c,
        <Page {...frame} title="Reports" current="/reports" live>
          <h1>Reports</h1>
          {total === 0 && (
            <p class="note">
              No report yet. One comes every day at 9 o'clock, and one every Monday for the week.
            </p>
          )}
          <ul class="rows">
            {reports.map((report) => (
              <li class="card">
                <Link href={`/reports/${report.id}`}>{titleOf(report, reader)}</Link>
                <p>{report.text}</p>
              </li>
            ))}
          </ul>
          {total > SHOWN && (
            <p class="note">
              The newest {SHOWN} of {total} are shown.
            </p>
          )}
        </Page>,
      );
    })
    .get('/reports/:id', async (c) => {
      const [{ reader, frame }, report] = await Promise.all([
        settingOf(context, c),
        keptReport(context, c.req.param('id')),
      ]);
      return render(
        c,
        <Page {...frame} title={titleOf(report, reader)} current="/reports">
          <Report report={report} reader={reader} viewer={viewerOf(c)} />
        </Page>,
      );
    });
}
