/** A forecast by what tests say about attributes, in the form of the preference model's forecasts: it is scored like those. */

import type { Attributes } from '../creative/registry.js';
import type { Forecast } from '../forecast/forecast.js';
import { chancesOf } from '../forecast/joint.js';
import { type AttributeModel, attributeForecast } from '../patterns/attribute-model.js';

export function forecastByAttributes(
  model: AttributeModel,
  drafts: readonly { id: string; attributes: Attributes }[],
): Forecast {
  const joint = attributeForecast(
    model,
    drafts.map(({ attributes }) => attributes),
  );
  const n = drafts.length;
  const average = joint.means.reduce((sum, mean) => sum + mean, 0) / n;
  const means = joint.means.map((mean) => mean - average);
  const rows = joint.covariance.map((row) => row.reduce((sum, value) => sum + value, 0) / n);
  const all = rows.reduce((sum, row) => sum + row, 0) / n;
  // Of the differences from the mean of the drafts.
  const covariance = joint.covariance.map((row, i) =>
    row.map((value, j) => value - rows[i]! - rows[j]! + all),
  );
  const known = model.tests > 0;
  const chances = known ? chancesOf({ means, covariance }) : drafts.map(() => 1 / n);
  return {
    learned: { tests: model.tests, basis: known ? 'own' : 'none' },
    slope: 1,
    drafts: drafts.map(({ id }, i) => ({
      id,
      expected: known ? means[i]! : 0,
      sd: Math.sqrt(Math.max(0, covariance[i]![i]!)),
      chanceBest: chances[i]!,
    })),
    covariance,
  };
}
