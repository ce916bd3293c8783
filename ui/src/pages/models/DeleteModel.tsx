// Takes a model away for good, after asking. The server refuses the only active one; its words are shown.

import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useLocation } from 'wouter';
import type { Model } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useDeleteModel } from '../../queries.ts';
import styles from './TrainForm.module.css';

export function DeleteModel({ model }: { model: Model }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [, go] = useLocation();
  const remove = useDeleteModel();
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        Delete
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Delete “${model.name}”`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <div className={styles.form}>
          <p className="quiet">Its scores and its figures go with it. The events stay.</p>
          {remove.error && <ProblemNote error={remove.error} />}
          <div className="row">
            <Button
              loading={remove.isPending}
              onClick={() => remove.mutate(model.id, { onSuccess: () => go('/models') })}
            >
              Delete it
            </Button>
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
