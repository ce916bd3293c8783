// Takes something away for good, after asking. What the server says against it is shown in place.

import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { UseMutationResult } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import styles from './DeleteButton.module.css';
import { ProblemNote } from './ProblemNote.tsx';

export type DeleteButtonProps = {
  id: string;
  name: string;
  /** Where several stand on a page: what this one takes away. */
  label?: string;
  /** What goes with it and what stays. */
  consequence: string;
  mutation: UseMutationResult<null, Error, string>;
  verb?: 'Delete' | 'Archive';
  /** Where to go when it is gone. */
  then: string;
};

export function DeleteButton({ id, name, label, consequence, mutation, verb = 'Delete', then }: DeleteButtonProps) {
  const [opened, { open, close }] = useDisclosure(false);
  const [, go] = useLocation();
  return (
    <>
      <Button variant="default" size="xs" aria-label={label} onClick={open}>
        {verb}
      </Button>
      <Modal opened={opened} onClose={close} title={`${verb} “${name}”`} closeButtonProps={{ 'aria-label': 'Close' }}>
        <div className={styles.body}>
          <p className="quiet">{consequence}</p>
          {mutation.error && <ProblemNote error={mutation.error} />}
          <div className="row">
            <Button loading={mutation.isPending} onClick={() => mutation.mutate(id, { onSuccess: () => go(then) })}>
              {verb} it
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
