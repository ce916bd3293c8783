// Every kind of condition. Another is one file and one line here; membership of another segment is none, for it is
// replaced by that segment's rule before anything runs.

import { aggregate } from './aggregate/aggregate.ts';
import type { Aggregate } from './aggregate/shape.ts';
import { type Bucket, bucket } from './bucket.ts';
import { type Consent, consent } from './consent.ts';
import { type Hand, hand } from './hand.ts';
import type { Kind } from './kind.ts';
import { type Profile, profile } from './profile.ts';
import { type ScoreCondition, score } from './score.ts';
import type { InSegment } from './segment.ts';
import { type SignalCondition, signal } from './signal.ts';
import { funnel } from './steps/funnel.ts';
import { sequence } from './steps/sequence.ts';
import type { Funnel, Sequence } from './steps/shape.ts';
import { type Trait, trait } from './trait.ts';

export type Condition =
  | Aggregate
  | Sequence
  | Funnel
  | Trait
  | Profile
  | SignalCondition
  | ScoreCondition
  | Hand
  | Bucket
  | Consent
  | InSegment;

export const kinds = [
  aggregate,
  sequence,
  funnel,
  trait,
  profile,
  signal,
  score,
  hand,
  bucket,
  consent,
] as unknown as readonly Kind[];

const byName = new Map(kinds.map((kind) => [kind.kind, kind]));

export function kindOf(name: string): Kind | undefined {
  return byName.get(name);
}
