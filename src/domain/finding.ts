/**
 * What a check found about the ads of a test, what they stand in, or the account. Preflight, look and gate share these
 * findings; each decides by the code what a finding means for it.
 */
export interface Finding<Code extends string> {
  /** The variant that it is about; null: the account, or all of them. */
  variantId: string | null;
  code: Code;
  /** With number, operator and limit if there is one. */
  message: string;
}
