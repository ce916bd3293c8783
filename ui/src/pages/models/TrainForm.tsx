// Asks a new question: a name, how many days ahead, which event counts, and what to leave out. Training starts in
// the background; the list shows when it is done.

import { Button, Modal, NumberInput, TagsInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ModelRequest } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useFeatures, useTrainModel } from '../../queries.ts';
import styles from './TrainForm.module.css';

type Draft = {
  name: string;
  timeframeDays: number;
  conversionEvent: string;
  productCategory: string;
  exclude: string[];
};
const blank: Draft = { name: '', timeframeDays: 14, conversionEvent: '', productCategory: '', exclude: [] };

export function TrainForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [draft, setDraft] = useState(blank);
  const train = useTrainModel();
  const signals = useFeatures().data?.signals.map(({ name }) => name) ?? [];
  const change = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    train.mutate(requestOf(draft), {
      onSuccess: () => {
        setDraft(blank);
        onClose();
      },
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Ask a new question" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className={styles.form}>
        <TextInput
          label="Name"
          required
          data-autofocus
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <NumberInput
          label="Days ahead"
          description="7, 14, 30 or any other."
          min={1}
          max={180}
          value={draft.timeframeDays}
          onChange={(days) => change({ timeframeDays: Number(days) || 14 })}
        />
        <TextInput
          label="Event that counts"
          description="Empty means a purchase."
          placeholder="purchase"
          value={draft.conversionEvent}
          onChange={(event) => change({ conversionEvent: event.currentTarget.value })}
        />
        <TextInput
          label="Only this product category"
          description="Empty means any."
          value={draft.productCategory}
          onChange={(event) => change({ productCategory: event.currentTarget.value })}
        />
        <TagsInput
          label="Signals to leave out"
          description="Type a signal and press Enter."
          data={signals}
          value={draft.exclude}
          onChange={(exclude) => change({ exclude })}
        />
        {train.error && <ProblemNote error={train.error} />}
        <Button type="submit" loading={train.isPending}>
          Train
        </Button>
      </form>
    </Modal>
  );
}

function requestOf(draft: Draft): ModelRequest {
  return {
    name: draft.name.trim(),
    timeframeDays: draft.timeframeDays,
    ...(draft.conversionEvent.trim() && { conversionEvent: draft.conversionEvent.trim() }),
    ...(draft.productCategory.trim() && { productCategory: draft.productCategory.trim() }),
    ...(draft.exclude.length > 0 && { signals: { exclude: draft.exclude } }),
  };
}
