export function countTests(
  report: { testResults: { status: string; assertionResults: { status: string }[] }[] },
  exitCode: number,
): { passed: number; failed: number };
