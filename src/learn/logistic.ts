// Logistic regression with an L2 or elastic-net penalty on standardised columns (the columns and terms are in linear.ts,
// the fitting in newton.ts and elasticNet.ts). It is the honest baseline: few rows suffice, and each column's part in a score is one product.
import { type Static, Type } from 'typebox';
import { minimiseElasticNet } from './elasticNet.ts';
import { ElasticNetSettings } from './elasticNetSettings.ts';
import { checkModelFile, completeSettings, type Learner } from './learner.ts';
import { linearModel, standardise, Term, termsInOrder } from './linear.ts';
import { checkTraining, countedRows, sortColumns } from './matrix.ts';
import { minimiseLogLoss } from './newton.ts';

export const LogisticSettings = Type.Object(
  {
    ...ElasticNetSettings.properties,
    transform: Type.Union([Type.Literal('none'), Type.Literal('log'), Type.Literal('quantile')], {
      default: 'log',
      description: "How heavy-tailed columns are tamed first: 'none', 'log' or 'quantile' (normal scores).",
    }),
  },
  { additionalProperties: false },
);
export type LogisticSettings = Static<typeof LogisticSettings>;

const LogisticFile = Type.Object({
  kind: Type.Literal('logistic'),
  intercept: Type.Number(),
  terms: Type.Array(Term, { minItems: 1 }),
  steps: Type.Integer({ minimum: 0 }),
  converged: Type.Boolean(),
});
type LogisticFile = Static<typeof LogisticFile>;

export const logistic: Learner<LogisticSettings> = {
  name: 'logistic',
  sentence: 'Logistic regression: adds up one term per signal; needs few rows and is easy to read.',
  settings: LogisticSettings,
  fit(x, y, given, options = {}) {
    const settings = completeSettings<LogisticSettings>('logistic', LogisticSettings, given);
    checkTraining(x, y, options.weights);
    const counted = countedRows(sortColumns(x), y, options.weights);
    const design = standardise(counted.x, settings.transform, counted.weights);
    const l1 = settings.l2 * settings.l1Ratio;
    const problem = { columns: design.columns, y: counted.y, weights: counted.weights, l2: settings.l2 - l1 };
    const solution =
      l1 === 0
        ? minimiseLogLoss(problem, settings, options.onProgress)
        : minimiseElasticNet({ ...problem, l1 }, settings, options.onProgress);
    const file: LogisticFile = {
      kind: 'logistic',
      intercept: solution.coefficients[design.columns.length],
      terms: termsInOrder(x.names, design, solution.coefficients, counted.weights),
      steps: solution.steps,
      converged: solution.converged,
    };
    return linearModel(file, 'logit');
  },
  read: (json) => linearModel(checkModelFile<LogisticFile>('logistic', LogisticFile, json), 'logit'),
};
