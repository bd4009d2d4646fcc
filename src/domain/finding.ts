/**
 * A finding about a test's ads, their ad sets and campaigns, or the account. Preflight, look and gate share these
 * findings; each decides by the code what a finding means for it.
 */
export interface Finding<Code extends string> {
  /** The variant that it is about; null if it is about the account or all variants. */
  variantId: string | null;
  code: Code;
  /** A sentence; with number, operator and limit if there is a limit. */
  message: string;
}
