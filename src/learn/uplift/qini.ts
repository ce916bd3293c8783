// How well does a ranking find those whom the treatment moves? The curves and scores are defined as scikit-uplift's
// (`qini_curve`, `qini_auc_score`, `uplift_curve`, `uplift_auc_score`, `uplift_at_k`), so that figures compare; the Qini
// curve is Radcliffe's (2007). People are ranked by predicted uplift, and those of equal prediction enter together.

/** Rows with what was predicted of them; `y` 0/1 or amounts, `treated` 0/1. All as long as each other. */
export type Judged = { y: ArrayLike<number>; treated: ArrayLike<number>; uplift: ArrayLike<number> };

/** How many people are taken, best first, and what that gains: outcomes among the treated beyond those of the control. */
export type GainPoint = { people: number; gain: number };

/** Radcliffe's curve: Y_T − Y_C · N_T / N_C among the people taken (where no control is among them, Y_T). */
export function qiniCurve(judged: Judged): GainPoint[] {
  return curveOf(judged, ({ treatedSum, controlSum, treated, control }) =>
    control === 0 ? treatedSum : treatedSum - (controlSum * treated) / control,
  );
}

/** (Y_T / N_T − Y_C / N_C) · N among the people taken; an empty arm counts 0. */
export function upliftCurve(judged: Judged): GainPoint[] {
  return curveOf(judged, ({ treatedSum, controlSum, treated, control }) => {
    const rates = (treated === 0 ? 0 : treatedSum / treated) - (control === 0 ? 0 : controlSum / control);
    return rates * (treated + control);
  });
}

/** What the best possible ranking of these outcomes is taken to be. */
export type QiniOptions = {
  /** 'possible': some are driven away by the treatment, and come last; 'none': the curve stays where it peaks. */
  negativeEffects?: 'possible' | 'none';
};

/**
 * Area between the Qini curve and the straight line, over that of the perfect curve: 0 for a random ranking, 1 for the
 * perfect one. NaN where the perfect ranking gains nothing or an arm is empty.
 */
export function qiniScore(judged: Judged, { negativeEffects = 'possible' }: QiniOptions = {}): number {
  const curve = qiniCurve(judged);
  const perfect = negativeEffects === 'possible' ? qiniCurve(perfectForQini(judged)) : peakedCurve(judged);
  return shareOfPerfect(curve, perfect);
}

/** The same share for the uplift curve: scikit-uplift's `uplift_auc_score`. */
export function auucScore(judged: Judged): number {
  return shareOfPerfect(upliftCurve(judged), upliftCurve(perfectForUplift(judged)));
}

/**
 * Difference of the mean outcomes of the arms among the first `share` of the people: of all together ('overall'), or of
 * each arm by itself ('by-group'). NaN where an arm has nobody there.
 */
export function upliftAtK(judged: Judged, share: number, ranked: 'overall' | 'by-group' = 'overall'): number {
  const { y, treated } = judged;
  const order = rank(judged.uplift);
  const meanOfArm = (rows: Uint32Array, arm: number) => {
    const inArm = rows.filter((r) => treated[r] === arm);
    return inArm.reduce((sum, r) => sum + y[r], 0) / inArm.length;
  };
  const first = (rows: Uint32Array) => rows.subarray(0, Math.floor(rows.length * share));
  const firstOfArm = (arm: number) =>
    ranked === 'overall' ? first(order) : first(order.filter((r) => treated[r] === arm));
  return meanOfArm(firstOfArm(1), 1) - meanOfArm(firstOfArm(0), 0);
}

/** Row numbers by falling prediction; of equal ones the later row first, as scikit-uplift's reversed sort has it. */
export function rank(uplift: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: uplift.length }, (_, r) => r).sort((a, b) => uplift[b] - uplift[a] || b - a);
}

type Taken = { treatedSum: number; controlSum: number; treated: number; control: number };

/** The gain after each group of equal predictions, from (0, 0) on. */
function curveOf({ y, treated, uplift }: Judged, gainOf: (taken: Taken) => number): GainPoint[] {
  const order = rank(uplift);
  const points: GainPoint[] = [{ people: 0, gain: 0 }];
  const taken: Taken = { treatedSum: 0, controlSum: 0, treated: 0, control: 0 };
  order.forEach((row, i) => {
    if (treated[row] === 1) {
      taken.treated++;
      taken.treatedSum += y[row];
    } else {
      taken.control++;
      taken.controlSum += y[row];
    }
    const isLastOfTies = i + 1 === order.length || uplift[order[i + 1]] !== uplift[row];
    if (isLastOfTies) points.push({ people: i + 1, gain: gainOf(taken) });
  });
  return points;
}

/** Treated who did first, then all who did not, then controls who did. */
function perfectForQini({ y, treated }: Judged): Judged {
  return { y, treated, uplift: Float64Array.from(y, (outcome, r) => (treated[r] === 1 ? outcome : -outcome)) };
}

/** By whether arm and outcome agree; within either group, those who did first, or the treated, whichever are rarer to err. */
function perfectForUplift({ y, treated }: Judged): Judged {
  let controlDid = 0;
  let treatedDidNot = 0;
  for (let r = 0; r < y.length; r++) {
    if (treated[r] === 0 && y[r] === 1) controlDid++;
    if (treated[r] === 1 && y[r] === 0) treatedDidNot++;
  }
  const second = controlDid > treatedDidNot ? y : treated;
  return { y, treated, uplift: Float64Array.from(y, (outcome, r) => 2 * Number(outcome === treated[r]) + second[r]) };
}

/** Straight up to all that the treatment gained, then level. */
function peakedCurve({ y, treated }: Judged): GainPoint[] {
  const points = qiniCurve({ y, treated, uplift: new Float64Array(y.length) });
  const { people, gain } = points[points.length - 1];
  return [points[0], { people: gain, gain }, { people, gain }];
}

function shareOfPerfect(curve: readonly GainPoint[], perfect: readonly GainPoint[]): number {
  const end = perfect[perfect.length - 1];
  const straight = (end.people * end.gain) / 2;
  return (areaUnder(curve) - straight) / (areaUnder(perfect) - straight);
}

/** By trapezoids. */
function areaUnder(points: readonly GainPoint[]): number {
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    area += ((points[i].people - points[i - 1].people) * (points[i].gain + points[i - 1].gain)) / 2;
  }
  return area;
}
