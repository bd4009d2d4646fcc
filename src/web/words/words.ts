/** The words of the pages that a marketer may not know, each in plain sentences. The glossary of the code has more. */

export const WORDS = {
  control: {
    name: 'Control',
    text: 'The ad that the others are compared with: usually the one that ran first.',
  },
  challenger: { name: 'Challenger', text: 'An ad that could replace the control.' },
  look: {
    name: 'Look',
    text: 'One weighing of all the data so far, every 6 hours unless the test says otherwise. Each look is kept with its figures.',
  },
  lift: {
    name: 'Lift',
    text: 'How much better one ad does than another, in percent. A click rate of 2.2 % against 2.0 % is a lift of +10 %.',
  },
  measured: {
    name: 'Measured lift',
    text: 'The lift as the test saw it: on the list and the page of a test at its last look, in reports and results when the ad was promoted. For a winner it is too large on average, because winners are also the lucky ones.',
  },
  believed: {
    name: 'Believed lift',
    text: 'The lift to expect from now on: the measured one, made smaller by what the tests so far have taught.',
  },
  interval: {
    name: 'Interval',
    text: 'The range in which the true lift probably lies. If all of it is above zero, the ad is better; if it contains zero, nothing is decided yet. On the page of a test it holds however often the service looks, so it is wider than the one of a single look in the results.',
  },
  confidence: {
    name: 'Confidence',
    text: 'How sure the evidence is that one ad is better, from 0 to 1. A winner needs the threshold of its test, usually 0.95. It stays valid although the service looks many times; a note says so if it does not.',
  },
  horizon: {
    name: 'Planned end (horizon)',
    text: 'By then the test has a winner, or it ends without one and nothing is changed.',
  },
  guardrail: {
    name: 'Guardrail',
    text: 'Another figure, such as the cost per conversion, that a promotion must not make worse.',
  },
  phase: {
    name: 'Phase',
    text: 'One step of a promotion, named by the share of the budget that the winner has then: 60 %, 70 %, 80 %.',
  },
  gate: {
    name: 'Gate',
    text: 'The check before each step: is the winner still ahead, do both ads deliver, has someone else changed a budget?',
  },
  held: {
    name: 'Held',
    text: 'The promotion stops where it is. Some holds end by themselves, others when someone resumes.',
  },
  shadow: {
    name: 'Shadow',
    text: 'Everything happens except the writes: the pages show what would have been done, and no budget changes.',
  },
  at_risk: {
    name: 'At risk',
    text: 'What the moved budget could lose per day if the lift is at the worst end of its interval.',
  },
  envelope: {
    name: 'Envelope',
    text: 'The most by which all tests together may raise budgets on one day of the account.',
  },
  kill_switch: {
    name: 'Kill switch',
    text: 'Stops the budget writes of every promotion in the account. Restoring budgets stays possible.',
  },
  ledger: {
    name: 'Ledger',
    text: 'Every attempt to write a budget: the amount before, the amount wanted, and what Meta had afterwards.',
  },
  verification: {
    name: 'Verification',
    text: 'The week after the last step. The other ads keep a small budget, so new data can show whether the winner is still better.',
  },
  forecast: {
    name: 'Forecast',
    text: 'What the model expects of the ads of a test, from their texts and from tests that have ended. It is made before the first look, never changed, and compared with the outcome. It is advice: no decision and no budget uses it.',
  },
  chance_best: {
    name: 'Chance to be best',
    text: 'How likely each ad is to be the best of its test, by the forecast. The chances of all ads add up to 100 %.',
  },
  first_choice: {
    name: 'Lift of the first choice',
    text: 'By how much the rate of the ad that the forecast preferred was above the mean of the others in the test. If it stays above zero over many tests, the forecasts are worth something.',
  },
  calibration: {
    name: 'Calibration',
    text: 'Whether chances come true as often as they say: of the ads with a forecast chance of about 30 %, about 30 % should be best.',
  },
  pattern: {
    name: 'Pattern',
    text: 'Something that ads have in common, such as a question in the headline, with its effect on the rate and the tests for and against it.',
  },
  draft: {
    name: 'Draft',
    text: 'Texts that are proposed for an ad. Someone makes the ad in Meta, and a test of it says how good it is.',
  },
  insight: {
    name: 'Insight',
    text: 'A claim on why an ad won, with the words of the ad that it is about. It is an opinion: no decision and no budget uses it. Later tests show whether it holds.',
  },
  evidence: {
    name: 'Evidence of a pattern',
    text: 'The tests that say something about a pattern. Own evidence is from tests of this account. What was learned elsewhere is labelled so, and counts for less.',
  },
} as const satisfies Record<string, { name: string; text: string }>;

export type WordKey = keyof typeof WORDS;
export const WORD_KEYS = Object.keys(WORDS) as WordKey[];
