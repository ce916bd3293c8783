// Every term of statistics that the pages use, in one plain sentence, shown on hover and focus of the word.

export const glossary = {
  auc: 'ROC AUC: how often a buyer gets a higher score than someone who does not buy. 0.5 is a coin toss, 1 is perfect.',
  prAuc:
    'PR AUC: average precision over all thresholds. Compare it with the share of buyers, which a coin toss would reach.',
  logLoss: 'Log loss: the average surprise of the outcomes given the probabilities. Lower is better.',
  brier: 'Brier score: the average squared distance between the probability and what happened. Lower is better.',
  calibrationError:
    'Calibration error: the average gap between the predicted share of buyers and the real one, over ten equal groups.',
  calibration:
    'Calibration: of people given 30%, about 30 in 100 should buy. Points on the diagonal keep that promise.',
  oddsRatio:
    'How much likelier (as odds) those who rose did it than people like them who did not; 1 means no difference. In brackets the 95% interval.',
  interval: 'The range in which the true rate lies with 95% certainty, given how many people were counted (Wilson).',
  holdout: 'People and days the model never saw while it learned. All quality figures are of them.',
  baseline: 'A simple rule to beat: without it one cannot tell whether the model earns its keep.',
  lift: 'Lift: how many times more buyers a group holds than an equally large group picked at random.',
  gain: 'Gain: the share of all buyers reached when people are addressed in order of their score.',
  precision: 'Precision: of the people called, the share who bought.',
  recall: 'Recall: of all who bought, the share who were called.',
  roc: 'ROC curve: buyers found (up) against others called by mistake (right), for every threshold.',
  pr: 'Precision–recall curve: how right the calls are (up) as more of the buyers are found (right).',
  truePositives: 'True positives: called, and bought.',
  falsePositives: 'False positives: called, and did not buy.',
  threshold: 'The score from which on a person is called.',
  confidence:
    'Confidence: how much there is to go on for this person or model, from 0 to 1. It is not the chance to buy.',
  score: 'Score: 0 to 100; the higher, the more likely the purchase within the timeframe.',
  contribution: 'Contribution: how far a signal pushes the score up or down, in log-odds.',
  importance: 'Importance: the share of the model’s decisions that rest on this signal.',
  missing: 'Missing: the share of people for whom this signal is not known.',
  quantile: 'Median: half of the people have less, half have more.',
  expectedConversions: 'Expected purchases: the sum of the probabilities of everyone in the group.',
  expectedRevenue: 'Expected purchases times the average order so far, in the currency of the workspace.',
  ladder:
    'The ladder: with little data a rule, with more a logistic regression, with enough boosted trees. Each step states what it needs.',
  snapshot: 'Snapshot: what was known at one past moment, with what happened after it as the answer to learn from.',
  signalSet: 'The exact list of signals the model reads, under one name.',
} as const;

export type TermName = keyof typeof glossary;
