// What a person can ask of the shape of a boosted model: directions of columns, and which columns may meet on a path.
import { InklingError } from '../../errors.ts';
import type { Matrix } from '../matrix.ts';
import type { BoostingSettings } from './settings.ts';

type Constraints = Pick<BoostingSettings, 'objective' | 'monotone' | 'interactions'>;

/** Refuses constraints that name no column, or that the objective can't keep. */
export function checkConstraints(x: Matrix, { objective, monotone, interactions }: Constraints): void {
  const directed = Object.keys(monotone).filter((name) => monotone[name] !== 0);
  checkNames(x, directed, 'monotone');
  checkNames(x, interactions.flat(), 'interactions');
  if (directed.length > 0 && objective === 'quantile') {
    refuse('monotone', 'The objective quantile answers by the order of the rows in a leaf, which knows no direction.', {
      hint: 'Leave out monotone, or learn the mean with the objective squared.',
    });
  }
  const category = directed.find((name) => x.categorical?.includes(name));
  if (category !== undefined) {
    refuse('monotone', `The column ${JSON.stringify(category)} holds categories, which have no direction.`, {
      hint: 'Leave it out of monotone, or give it as an amount.',
    });
  }
}

/** Per set of columns that may meet, which they are; columns in no set stand alone. Undefined: all may meet. */
export function meetingsOf(
  names: readonly string[],
  interactions: readonly (readonly string[])[],
): Uint8Array[] | undefined {
  if (interactions.length === 0) return undefined;
  const named = new Set(interactions.flat());
  const alone = names.filter((name) => !named.has(name)).map((name) => [name]);
  return [...interactions, ...alone].map((set) => Uint8Array.from(names, (name) => Number(set.includes(name))));
}

function checkNames({ names }: Matrix, given: readonly string[], setting: string): void {
  const unknown = given.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  refuse(setting, `The setting ${setting} names the column ${JSON.stringify(unknown)}, which is not there.`, {
    hint: `There are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}.`,
  });
}

function refuse(field: string, message: string, { hint }: { hint: string }): never {
  throw new InklingError('invalid_input', message, { field, hint });
}
