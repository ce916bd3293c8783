// Undoing a piece of evidence: who there would be then, why it is undone, and only then the deed.

import { Button, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Evidence } from '../../api.ts';
import { plural, shortened } from '../../format.ts';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useUnlink, useUnlinkPreview } from '../../queries.ts';

export function Unlink({ evidence, onClose }: { evidence: Evidence; onClose: () => void }) {
  const { a, b, method } = evidence;
  const [reason, setReason] = useState('');
  const preview = useUnlinkPreview({ evidence: { a, b, method }, reason: 'preview' });
  const unlink = useUnlink();
  const undo = () => unlink.mutate({ evidence: { a, b, method }, reason }, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title="Undo this link">
      {preview.error && <ProblemNote error={preview.error} />}
      {preview.isPending && <LoadingBlock height={80} />}
      {preview.data && (
        <>
          <p>
            {preview.data.people.length === 1
              ? 'Other evidence still holds them together: one person stays.'
              : `There would be ${plural(preview.data.people.length, 'person', 'people')}:`}
          </p>
          <ul>
            {preview.data.people.map(({ id, identifiers }) => (
              <li key={id} className="small mono">
                {identifiers.slice(0, 6).map(shortenedName).join(', ')}
                {identifiers.length > 6 && ` and ${identifiers.length - 6} more`}
              </li>
            ))}
          </ul>
        </>
      )}
      <Textarea
        label="Why"
        description="Kept with the decision."
        value={reason}
        onChange={(change) => setReason(change.currentTarget.value)}
        mt="sm"
        data-autofocus
      />
      {unlink.error && <ProblemNote error={unlink.error} />}
      <Button mt="md" disabled={reason.trim() === ''} loading={unlink.isPending} onClick={undo}>
        Undo the link
      </Button>
    </Modal>
  );
}

function shortenedName(identifier: string): string {
  return shortened(identifier, 24);
}
