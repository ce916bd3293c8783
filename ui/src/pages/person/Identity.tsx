// Which identifiers are this person, and on what evidence they were joined: a small graph and the list behind it.

import type { Person } from '../../api.ts';
import { percent, plural, shortened, stamp, words } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { useZone } from '../../place.tsx';
import styles from './Identity.module.css';
import { IdentityGraph } from './IdentityGraph.tsx';

const methods: Record<string, string> = {
  login: 'signed in',
  alias: 'alias sent',
  email: 'same e-mail',
  phone: 'same phone',
};

export function Identity({ person }: { person: Person }) {
  const zone = useZone();
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
      {evidence.length > 0 && (
        <div>
          <h3 className={styles.heading}>Evidence</h3>
          <ul>
            {evidence.map((piece) => (
              <li key={`${piece.messageId} ${piece.from} ${piece.to}`} className={styles.evidence}>
                <p>
                  <strong>{words(methods[piece.method] ?? piece.method)}</strong>{' '}
                  <span className="faint small number">
                    {piece.revoked ? 'undone' : `${percent(piece.confidence)} sure`}, {stamp(piece.at, zone)}
                  </span>
                </p>
                <p className={`${styles.pair} mono quiet`}>
                  {shortened(piece.from)} {piece.revoked ? '≠' : '='} {shortened(piece.to)}
                </p>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}
