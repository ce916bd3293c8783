// The kinds of work that the threads of a team know, by name.
import { fitting } from '../boosting/tasks.ts';
import { growing } from '../growing.ts';
import { scoring } from '../scoring/tasks.ts';
import type { Workplace } from './team.ts';

// A layout and a place are the workplace's own business: whoever calls a thread to it sends what it understands.
export const workplaces = Object.fromEntries(
  [fitting, scoring, growing].map((workplace) => [workplace.name, workplace]),
) as Record<string, Workplace<unknown, unknown>>;
