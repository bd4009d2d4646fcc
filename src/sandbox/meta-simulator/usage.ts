/** Number of calls at which the simulated account reaches 100 % of its limit. */
const FULL = 100_000;

/** Graph's usage headers. Percentages are whole numbers; the hint is in minutes, as at Meta. */
export function usageHeaders(usage: {
  accountId: string;
  version: string;
  /** Number of calls so far in this process. */
  calls: number;
  insights: boolean;
  regainMinutes: number;
}): Record<string, string> {
  const limited = usage.regainMinutes > 0;
  const percent = limited ? 100 : Math.min(99, Math.floor((100 * usage.calls) / FULL));
  const business = {
    type: usage.insights ? 'ads_insights' : 'ads_management',
    call_count: percent,
    total_cputime: percent,
    total_time: percent,
    estimated_time_to_regain_access: usage.regainMinutes,
    ads_api_access_tier: 'standard_access',
  };
  const insights = { app_id_util_pct: 0, acc_id_util_pct: percent, ads_api_access_tier: 'standard_access' };
  return {
    'facebook-api-version': usage.version,
    'x-app-usage': JSON.stringify({ call_count: percent, total_cputime: percent, total_time: percent }),
    'x-ad-account-usage': JSON.stringify({
      acc_id_util_pct: percent,
      reset_time_duration: usage.regainMinutes * 60,
      ads_api_access_tier: 'standard_access',
    }),
    'x-business-use-case-usage': JSON.stringify({ [usage.accountId.replace(/^act_/, '')]: [business] }),
    ...(usage.insights ? { 'x-fb-ads-insights-throttle': JSON.stringify(insights) } : {}),
  };
}
