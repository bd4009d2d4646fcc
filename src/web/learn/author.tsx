/** Who stated something: a person, or Claude about a test. */
import { testOfClaude } from '../../contract/insights.js';
import { Link } from '../parts/links.js';

export function Author({ by }: { by: string }) {
  const test = testOfClaude(by);
  if (test === null) return <bdi>{by}</bdi>;
  return (
    <>
      Claude, <Link href={`/experiments/${encodeURIComponent(test)}`}>test {test}</Link>
    </>
  );
}
