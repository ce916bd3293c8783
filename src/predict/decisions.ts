// The log of which model took which other's place, or did not, and why [MKT-10.6]. Rows are only ever added.

import { randomUUID } from 'node:crypto';
import type { AucComparison, Verdict } from '../learn/index.ts';
import type { Store } from '../store/index.ts';

export type Figures = { auc: number; logLoss: number; calibrationError: number };

export type Comparison = {
  champion: Figures;
  challenger: Figures;
  /** Challenger minus champion: above 0 is better for the AUC, below 0 for the loss. */
  auc: AucComparison;
  logLoss: Verdict;
};

export type Decision = {
  id: string;
  championId: string;
  challengerId: string;
  verdict: 'DEPLOYED' | 'KEPT' | 'ROLLED_BACK' | 'BY_HAND';
  reason: string;
  /** 'schedule', or the id of the key or the name of the command that asked. */
  decidedBy: string;
  holdout: { asOf: string; people: number; conversions: number } | null;
  figures: Comparison | null;
  decidedAt: string;
};

type DecisionRow = {
  id: string;
  champion_id: string;
  challenger_id: string;
  verdict: Decision['verdict'];
  reason: string;
  decided_by: string;
  holdout: Decision['holdout'];
  figures: Comparison | null;
  decided_at: Date;
};

/** Newest first; with `about` those that a model had a part in. */
export async function listDecisions(store: Store, workspace: string, about?: string): Promise<Decision[]> {
  const rows = await store.state.query<DecisionRow>(
    `SELECT * FROM challenges WHERE workspace = $1 AND ($2::text IS NULL OR champion_id = $2 OR challenger_id = $2)
     ORDER BY decided_at DESC, id LIMIT 200`,
    [workspace, about ?? null],
  );
  return rows.map((row) => ({
    id: row.id,
    championId: row.champion_id,
    challengerId: row.challenger_id,
    verdict: row.verdict,
    reason: row.reason,
    decidedBy: row.decided_by,
    holdout: row.holdout,
    figures: row.figures,
    decidedAt: new Date(row.decided_at).toISOString(),
  }));
}

export type NewDecision = Omit<Decision, 'id' | 'decidedAt'> & { workspace: string; now: Date };

export async function writeDecision(store: Store, { workspace, now, ...decision }: NewDecision): Promise<Decision> {
  const id = randomUUID();
  const { championId, challengerId, verdict, reason, decidedBy, holdout, figures } = decision;
  await store.state.query(
    `INSERT INTO challenges
       (id, workspace, champion_id, challenger_id, verdict, reason, decided_by, holdout, figures, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10)`,
    [
      id,
      workspace,
      championId,
      challengerId,
      verdict,
      reason,
      decidedBy,
      holdout && JSON.stringify(holdout),
      figures && JSON.stringify(figures),
      now,
    ],
  );
  return { id, ...decision, decidedAt: now.toISOString() };
}
