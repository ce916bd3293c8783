// A piece of content to add to a segment, or to change. Once it was seen, what it is and what it is compared with stay, so
// that its counts mean one thing.

import { Button, Checkbox, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import type { SegmentContent } from '../../segmentsApi.ts';
import { useSaveContent } from '../../segmentsQueries.ts';
import styles from './Segment.module.css';

export type ContentFormProps = {
  segmentId: string;
  /** Absent = a new one. */
  content?: SegmentContent;
  onSaved: (content: SegmentContent) => void;
};

export function ContentForm({ segmentId, content, onSaved }: ContentFormProps) {
  const [draft, setDraft] = useState({
    content_id: content?.content_id ?? '',
    title: content?.title ?? '',
    variant_id: content?.variant_id ?? '',
    test: content?.test ?? '',
    is_control: content?.is_control ?? false,
  });
  const save = useSaveContent(segmentId, content?.id);
  const isSeen = (content?.view_count ?? 0) > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const title = draft.title.trim();
    const whole = {
      title,
      content_id: draft.content_id.trim(),
      variant_id: draft.variant_id.trim() || null,
      test: draft.test.trim(),
      is_control: draft.is_control,
    };
    save.mutate(isSeen ? { title } : whole, { onSuccess: onSaved });
  };
  const field = (name: 'content_id' | 'title' | 'variant_id' | 'test', label: string, description: string) => (
    <TextInput
      label={label}
      description={description}
      required={name === 'content_id'}
      maxLength={{ content_id: 200, title: 200, variant_id: 50, test: 100 }[name]}
      value={draft[name]}
      onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <form onSubmit={submit} className={styles.form} aria-label={content ? 'Change content' : 'Add content'}>
        {!isSeen && field('content_id', 'Content', 'Its id where you keep it.')}
        {field('title', 'Title', 'As people here call it.')}
        {!isSeen && field('variant_id', 'Variant', 'Empty: shown to everybody.')}
        {!isSeen && field('test', 'Test', 'Variants of a test compete.')}
        {!isSeen && (
          <Checkbox
            label="The control"
            description="Others are held against it."
            checked={draft.is_control}
            onChange={(event) => setDraft({ ...draft, is_control: event.currentTarget.checked })}
          />
        )}
        <Button type="submit" variant="default" loading={save.isPending}>
          {content ? 'Save' : 'Add it'}
        </Button>
      </form>
      {isSeen && (
        <p className="faint small">It was seen as it is: to show another variant, stop it and add another piece.</p>
      )}
      {save.error && <ProblemNote error={save.error} />}
    </>
  );
}
