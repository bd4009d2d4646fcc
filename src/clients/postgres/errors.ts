/** What the store rejects with, apart from the driver's own errors. */

/** An ad set of the experiment is leased to another live experiment. */
export class AdSetLeased extends Error {
  override readonly name = 'AdSetLeased';
  constructor(
    readonly adSetId: string,
    readonly experimentId: string,
  ) {
    super(`ad set ${adSetId} is part of the live experiment ${experimentId}`);
  }
}

/** An experiment of this id exists with other content. */
export class ExperimentExists extends Error {
  override readonly name = 'ExperimentExists';
}

/** There is no experiment of this id in the store's environment and account. */
export class ExperimentNotFound extends Error {
  override readonly name = 'ExperimentNotFound';
  constructor(readonly experimentId: string) {
    super(`there is no experiment ${experimentId}`);
  }
}

/** What the caller has read is out of date: another attempt was entered, or the experiment is in another state. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** The account's envelope of the day has no room for this raise. */
export class EnvelopeUsedUp extends Error {
  override readonly name = 'EnvelopeUsedUp';
  constructor(
    /** Raised by other experiments and by earlier phases, minor units per day. */
    readonly moved: number,
    /** What the attempt would add, minor units per day. */
    readonly wanted: number,
    readonly limit: number,
  ) {
    super('the envelope of the day is used up');
  }
}
