import { API_TOKEN_NAME, type NamedToken, parseTokens, problemsAmong } from '../api/http/tokens.js';
import type { Given } from './fields.js';
import { contentOf } from './file.js';

type TokenSettings = Pick<Given, 'API_TOKEN' | 'API_TOKENS' | 'API_TOKENS_FILE'>;

export const TOKEN_SETTINGS = 'API_TOKEN, API_TOKENS or API_TOKENS_FILE';

/** All tokens that the settings name. Adds a sentence to `problems` for each that is wrong. */
export function tokensOf(settings: TokenSettings, problems: string[]): NamedToken[] {
  const { API_TOKEN: one, API_TOKENS: list, API_TOKENS_FILE: file } = settings;
  const lists: [string, string][] = [];
  if (list !== undefined) lists.push(['API_TOKENS', list]);
  const content = file === undefined ? null : contentOf('API_TOKENS_FILE', file, problems);
  if (content !== null) lists.push(['API_TOKENS_FILE', content]);
  const read = lists.map(([setting, json]) => parseTokens(setting, json));
  const tokens: NamedToken[] = [
    ...(one === undefined ? [] : [{ name: API_TOKEN_NAME, role: 'admin' as const, token: one }]),
    ...read.flatMap((each) => each.tokens),
  ];
  const wrong = read.flatMap((each) => each.problems);
  problems.push(...wrong, ...(wrong.length > 0 ? [] : problemsAmong(tokens)));
  return tokens;
}

/** Whether any of the settings for tokens has a value. A value that is wrong gets its own sentence. */
export function namesTokens(e: TokenSettings): boolean {
  return [e.API_TOKEN, e.API_TOKENS, e.API_TOKENS_FILE].some((value) => value !== undefined);
}
