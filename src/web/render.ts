import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Answers with a page. It is kept by no cache: it shows what one user may see, at one instant. */
export async function render(
  c: Context,
  page: { toString(): string | Promise<string> },
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  c.header('cache-control', 'no-store');
  return c.html(`<!doctype html>${await page.toString()}`, status);
}
