/** The texts of a creative that can be read for attributes. */
export interface CreativeTexts {
  /** What is read first: the headline of the ad; without one, its hook. */
  headline: string;
  /** The body, description and script, as far as they are known; empty if unknown. */
  body: string;
  /** What is known about the picture or video, in words; null if nothing is. */
  visualNotes: string | null;
  /** Names of the advertised brand; empty or left out if unknown. */
  brands?: readonly string[];
}
