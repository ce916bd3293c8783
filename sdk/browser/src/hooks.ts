// Where experiments and personalisation come in: whoever decides them registers here, pages ask here. A page always
// gets an answer within a second, its own fallback at worst.

export type Person = { anonymousId: string; userId?: string };

export type Hooks = {
  /** The variation of an experiment that this visitor gets; undefined = not in it. */
  variant?(experiment: string, person: Person): string | undefined | Promise<string | undefined>;
  /** What a slot of the page shows to this visitor; undefined = nothing special. */
  content?(slot: string, person: Person): unknown;
};

const PATIENCE_MS = 1000;

/** The first answer among the hooks; failing and slow ones count as none. */
export async function ask<T>(hooks: readonly Hooks[], how: (hooks: Hooks) => unknown, fallback: T): Promise<T> {
  for (const one of hooks) {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));
    const answer = await Promise.race([Promise.resolve(one).then(how), late]).catch(() => undefined);
    if (answer !== undefined) return answer as T;
  }
  return fallback;
}
