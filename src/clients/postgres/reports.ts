import type { Report } from '../../contract/messaging.js';
import { enterMessage } from './enter-message.js';
import { type Database, instant, jsonb, run, transaction } from './query.js';
import type { Store } from './types.js';

interface ReportRow {
  report_id: string;
  kind: Report['kind'];
  made_at: number;
  first_day: string;
  last_day: string;
  timezone: string;
  content: Report['content'];
  text: string;
}

const COLUMNS = `report_id, kind, made_at, first_day::text, last_day::text, timezone, content, text`;

function toReport(row: ReportRow): Report {
  return {
    id: row.report_id,
    kind: row.kind,
    madeAt: row.made_at,
    firstDay: row.first_day,
    lastDay: row.last_day,
    timezone: row.timezone,
    content: row.content,
    text: row.text,
  };
}

/** The kept reports. */
export function keptReportStore({
  pool,
  scope,
}: Database): Pick<Store, 'saveReport' | 'getReport' | 'listReports' | 'countReports'> {
  const mine = [scope.environment, scope.accountId];

  return {
    async saveReport(report, entry) {
      return transaction(pool, async (ask) => {
        const inserted = await ask<ReportRow>(
          `insert into auto_promotion.reports (environment, account_id, report_id, kind, made_at, first_day, last_day,
              timezone, content, text)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (environment, account_id, report_id) do nothing returning ${COLUMNS}`,
          [
            ...mine,
            report.id,
            report.kind,
            instant(report.madeAt),
            report.firstDay,
            report.lastDay,
            report.timezone,
            jsonb(report.content),
            report.text,
          ],
        );
        if (inserted[0]) {
          await enterMessage(ask, scope, entry);
          return { report: toReport(inserted[0]), isNew: true };
        }
        const [stored] = await ask<ReportRow>(
          `select ${COLUMNS} from auto_promotion.reports where (environment, account_id, report_id) = ($1, $2, $3)`,
          [...mine, report.id],
        );
        if (!stored) throw new Error(`the report ${report.id} was neither stored nor found`);
        return { report: toReport(stored), isNew: false };
      });
    },

    async getReport(id) {
      const [row] = await run<ReportRow>(
        pool,
        `select ${COLUMNS} from auto_promotion.reports where (environment, account_id, report_id) = ($1, $2, $3)`,
        [...mine, id],
      );
      return row ? toReport(row) : null;
    },

    async listReports({ kind, limit, offset }) {
      const rows = await run<ReportRow>(
        pool,
        `select ${COLUMNS} from auto_promotion.reports
          where (environment, account_id) = ($1, $2) and ($3::text is null or kind = $3)
          order by made_at desc, report_id limit $4 offset $5`,
        [...mine, kind ?? null, limit, offset],
      );
      return rows.map(toReport);
    },

    async countReports({ kind }) {
      const [row] = await run<{ count: number }>(
        pool,
        `select count(*)::int as count from auto_promotion.reports
          where (environment, account_id) = ($1, $2) and ($3::text is null or kind = $3)`,
        [...mine, kind ?? null],
      );
      return row!.count;
    },
  };
}
