import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiProblem } from '../api/http/problems.js';
import type { FrameOf } from './frame.js';
import { type Frame, Page } from './page.js';
import { Link } from './parts/links.js';
import { render } from './render.js';

function ErrorPage({ problem, ...frame }: Frame & { problem: ApiProblem }) {
  const { title } = problem.toBody();
  return (
    <Page title={title} {...frame}>
      <h1>{title}</h1>
      <p class="error">{problem.message}</p>
      {problem.extra.errors?.length ? (
        <ul>
          {problem.extra.errors.map(({ field, message }) => (
            <li>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      ) : null}
      <p>
        <Link href="/">To the tests</Link>
      </p>
    </Page>
  );
}

/** The page about a failure, with the status and the headers of the problem document that a program would get. */
export async function errorPage(frameOf: FrameOf, c: Context, problem: ApiProblem): Promise<Response> {
  const answer = problem.toResponse();
  for (const [name, value] of answer.headers) if (name !== 'content-type') c.header(name, value);
  try {
    const frame = await frameOf(c);
    return await render(
      c,
      <ErrorPage problem={problem} {...frame} />,
      problem.status as ContentfulStatusCode,
    );
  } catch {
    // The part that fails may be the one that the frame reads. The problem document needs none.
    return answer;
  }
}
