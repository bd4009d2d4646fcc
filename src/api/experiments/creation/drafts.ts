import type { ApiContext } from '../../dependencies.js';
import { ApiProblem, sentencesOf } from '../../http/problems.js';
import type { NewExperiment } from '../requests.js';

/** The drafts that a request names, in its order. @throws ApiProblem that names each unknown one */
export async function draftsOf(
  { store }: Pick<ApiContext, 'store'>,
  ids: readonly (string | null)[] | undefined,
): Promise<NewExperiment['drafts']> {
  if (ids === undefined) return undefined;
  const known = new Map(
    (await store.getDrafts(ids.filter((id) => id !== null))).map((draft) => [draft.id, draft]),
  );
  const errors = ids.flatMap((id, index) =>
    id === null || known.has(id)
      ? []
      : [{ field: `draft_ids[${index}]`, message: `draft_ids[${index}] names no draft of this account.` }],
  );
  if (errors.length > 0) throw new ApiProblem('invalid_request', sentencesOf(errors), { errors });
  return ids.map((id) => (id === null ? null : known.get(id)!));
}
