// Which identifiers are this person, and on what evidence they were joined: a small graph and the list behind it, with
// what was stopped and why. Each piece of evidence can be undone, after a look at who there would be then.

import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Evidence, Person } from '../../api.ts';
import { percent, plural, shortened, stamp, words } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { Weights } from '../../parts/Weights.tsx';
import { useZone } from '../../place.tsx';
import { useStopped } from '../../queries.ts';
import styles from './Identity.module.css';
import { IdentityGraph } from './IdentityGraph.tsx';
import { Unlink } from './Unlink.tsx';

const methods: Record<string, string> = {
  login: 'signed in',
  alias: 'alias sent',
  email: 'same e-mail',
  phone: 'same phone',
  external: 'same id elsewhere',
  device: 'same device',
  probabilistic: 'likely match',
  person: 'decided by hand',
  apart: 'kept apart by hand',
};

const reasons: Record<string, string> = {
  shared: 'is carried by too many',
  limit: 'would be one too many',
  apart: 'somebody said they are two',
  blocked: 'stands for nobody',
};

export function Identity({ person }: { person: Person }) {
  const { nodes, evidence } = person.identity;
  return (
    <Panel
      title="Identity"
      note={
        evidence.length === 0
          ? `${plural(nodes.length, 'identifier', 'identifiers')}, nothing joined.`
          : `${plural(nodes.length, 'identifier', 'identifiers')} joined on ${plural(evidence.length, 'piece', 'pieces')} of evidence.`
      }
    >
      {nodes.length > 1 && <IdentityGraph identity={person.identity} />}
      <ul>
        {nodes.map((node) => (
          <li key={`${node.type} ${node.identifier}`} className={styles.line}>
            <span className="mono clip" title={node.identifier}>
              {shortened(node.identifier)}
            </span>
            <span className="faint small nowrap">{words(node.type)}</span>
          </li>
        ))}
      </ul>
      {evidence.length > 0 && <EvidenceList evidence={evidence} />}
      <StoppedList id={person.id} />
    </Panel>
  );
}

function EvidenceList({ evidence }: { evidence: Evidence[] }) {
  const zone = useZone();
  const [undoing, setUndoing] = useState<Evidence | null>(null);
  const ended = new Set(evidence.filter(({ revoked }) => revoked).map(keyOf));
  return (
    <div>
      <h3 className={styles.heading}>Evidence</h3>
      <ul>
        {evidence.map((piece) => (
          <li key={`${piece.messageId} ${keyOf(piece)} ${piece.at}`} className={styles.evidence}>
            <p>
              <strong>{words(methods[piece.method] ?? piece.method)}</strong>{' '}
              <span className="faint small number">
                {piece.revoked ? 'undone' : `${percent(piece.confidence)} sure`}, {stamp(piece.at, zone)}
              </span>
            </p>
            <p className={`${styles.pair} mono quiet`}>
              {shortened(piece.from)} {piece.revoked || piece.method === 'apart' ? '≠' : '='} {shortened(piece.to)}
            </p>
            {piece.method === 'probabilistic' && <Weights of={detailOf(piece)} />}
            <p className="faint tiny">
              {whereFrom(piece)}{' '}
              {!piece.revoked && !ended.has(keyOf(piece)) && piece.method !== 'apart' && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() => setUndoing(piece)}
                  aria-label={`Undo: ${shortened(piece.from)} and ${shortened(piece.to)}`}
                >
                  Undo
                </Button>
              )}
            </p>
          </li>
        ))}
      </ul>
      {undoing && <Unlink evidence={undoing} onClose={() => setUndoing(null)} />}
    </div>
  );
}

/** Of the event that showed it, or of who said so and why. */
function whereFrom(piece: Evidence): string {
  if (piece.messageId !== '') return `From event ${shortened(piece.messageId)}`;
  const { by, reason } = detailOf(piece);
  return by ? `By ${String(by)}: ${String(reason)}` : '';
}

function detailOf({ detail }: Evidence): Record<string, unknown> {
  try {
    return JSON.parse(detail) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function StoppedList({ id }: { id: string }) {
  const stopped = useStopped(id).data?.stopped ?? [];
  if (stopped.length === 0) return null;
  return (
    <div>
      <h3 className={styles.heading}>Not joined</h3>
      <ul>
        {stopped.map(({ a, b, method, reason, type }) => (
          <li key={`${method} ${a} ${b}`} className={styles.evidence}>
            <p className={`${styles.pair} mono quiet`}>
              {shortened(a)} ≠ {shortened(b)}
            </p>
            <p className="faint tiny">
              {words(methods[method] ?? method)}, but {words(type).toLowerCase()} {reasons[reason] ?? reason}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}

function keyOf({ a, b, method }: Evidence): string {
  return `${method} ${a} ${b}`;
}
