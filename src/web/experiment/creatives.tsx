/** What the ads show: what the marketer registered, and beside it what Meta had when the test began. */
import { adName } from '../../domain/ad-name.js';
import { Picture } from '../parts/links.js';
import type { StatusJson } from './read.js';

export function Creatives({ experiment, withPictures }: { experiment: StatusJson; withPictures: boolean }) {
  return (
    <section class="card" aria-labelledby="creatives">
      <h2 id="creatives">Ads</h2>
      <div class="columns">
        {experiment.variants.map(({ id, role, ad_id, creative, creative_as_run: ran, dropped_at }) => (
          <article class="creative">
            {withPictures && (
              <Picture
                src={ran?.picture?.url ?? `/api/ab/account/ads/${ad_id}/thumbnail`}
                alt=""
                width="96"
                height="96"
                loading="lazy"
              />
            )}
            <div>
              <h3>
                {adName(experiment.variants, id)}
                {!id.startsWith(role) && <span class="muted"> ({role})</span>}
              </h3>
              {dropped_at && <p class="note">Dropped from the comparison.</p>}
              {creative.headline && !adName(experiment.variants, id).includes(creative.headline) && (
                <p>{creative.headline}</p>
              )}
              {creative.hook && <p class="muted">{creative.hook}</p>}
              {creative.text && <p>{creative.text}</p>}
              {creative.script && <p class="muted">{creative.script}</p>}
              {creative.visual_notes && <p class="muted">{creative.visual_notes}</p>}
              {ran && <AsRun registered={creative} ran={ran} withProblems={withPictures} />}
            </div>
          </article>
        ))}
      </div>
    </section>
  );
}

type VariantJson = StatusJson['variants'][number];

/** What Meta had beyond what the marketer registered. */
function AsRun(props: {
  registered: VariantJson['creative'];
  ran: NonNullable<VariantJson['creative_as_run']>;
  withProblems: boolean;
}) {
  const { registered, ran, withProblems } = props;
  const more = [
    registered.headline ? null : ran.title,
    registered.text ? null : ran.body,
    ran.description,
    ran.call_to_action,
  ];
  const problems = withProblems ? [ran.problem, ran.picture?.problem ?? null] : [];
  return (
    <>
      {more
        .filter((text) => text !== null)
        .map((text) => (
          <p>{text}</p>
        ))}
      {ran.is_first_of_several && (
        <p class="note">
          The ad shows one of several texts or pictures, or several cards: this is the first.
        </p>
      )}
      {problems
        .filter((text) => text !== null)
        .map((text) => (
          <p class="note">{text}</p>
        ))}
    </>
  );
}
