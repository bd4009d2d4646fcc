/** The only function used from jStat 1.9.6: its distributions are wrong in places that matter here. */
declare module 'jstat' {
  const jStat: {
    /** Regularised incomplete beta function I_x(a, b); false if x is outside [0, 1]. */
    ibeta(x: number, a: number, b: number): number | false;
  };
  export default jStat;
}
