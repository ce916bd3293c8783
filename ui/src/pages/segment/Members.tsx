// Who is in a segment, why and since when; somebody can be put in or left out by hand, whatever the rule says.

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { count, percent, plural, relative } from '../../format.ts';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useNow } from '../../place.tsx';
import type { SegmentMember } from '../../segmentsApi.ts';
import { type HandWish, useListByHand, useMembers } from '../../segmentsQueries.ts';
import styles from './Segment.module.css';

export function Members({ id, isArchived }: { id: string; isArchived: boolean }) {
  const members = useMembers(id);
  const rows = members.data?.pages.flatMap((page) => page.members) ?? [];
  const total = members.data?.pages[0].total ?? 0;
  return (
    <Panel title="Members" note={members.data && `${count(rows.length)} of ${count(total)} shown, as of now.`}>
      {members.error && <ProblemNote error={members.error} onRetry={() => void members.refetch()} />}
      {!members.data && !members.error && <LoadingBlock height={160} />}
      {members.data && rows.length === 0 && <p className="quiet">Nobody is in it now.</p>}
      {rows.length > 0 && (
        <ul className={styles.list} aria-label="Members">
          {rows.map((member) => (
            <Member key={member.profile_id} member={member} />
          ))}
        </ul>
      )}
      {members.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: 'flex-start' }}
          loading={members.isFetchingNextPage}
          onClick={() => void members.fetchNextPage()}
        >
          Show more
        </Button>
      )}
      {!isArchived && <ByHand id={id} />}
    </Panel>
  );
}

function Member({ member }: { member: SegmentMember }) {
  const now = useNow(30);
  const { display_name: name, assignment_reason: reason, joined_at: joinedAt, confidence_score: confidence } = member;
  return (
    <li>
      <Link href={`/people/${member.profile_id}`} className={styles.name}>
        {name}
      </Link>{' '}
      <span className="faint small">
        {joinedAt === null ? 'since it was made' : `since ${relative(joinedAt, now)}`}
        {reason ? `, by hand: ${reason}` : ', by the rule'}
        {confidence < 1 && `, ${percent(confidence)} sure`}
      </span>
    </li>
  );
}

const actions: { value: HandWish['action']; label: string }[] = [
  { value: 'include', label: 'Put in' },
  { value: 'exclude', label: 'Leave out' },
  { value: 'forget', label: 'As the rule says' },
];

function ByHand({ id }: { id: string }) {
  const [wish, setWish] = useState<HandWish>({ person: '', action: 'include', reason: '' });
  const list = useListByHand(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    list.mutate(
      { ...wish, person: wish.person.trim(), reason: wish.reason.trim() },
      { onSuccess: ({ listed }) => listed > 0 && setWish({ ...wish, person: '' }) },
    );
  };
  return (
    <details className={styles.hand}>
      <summary>Put in or leave out by hand</summary>
      <form onSubmit={submit} className={styles.form}>
        <TextInput
          label="Person"
          description="Any identifier of theirs."
          required
          value={wish.person}
          onChange={(event) => setWish({ ...wish, person: event.currentTarget.value })}
        />
        <NativeSelect
          label="By hand"
          description="Whatever the rule says."
          data={actions}
          value={wish.action}
          onChange={(event) => setWish({ ...wish, action: event.currentTarget.value as HandWish['action'] })}
        />
        <TextInput
          label="Reason"
          description="For who asks later."
          maxLength={1000}
          value={wish.reason}
          onChange={(event) => setWish({ ...wish, reason: event.currentTarget.value })}
        />
        <Button type="submit" variant="default" loading={list.isPending}>
          Do it
        </Button>
      </form>
      {list.error && <ProblemNote error={list.error} />}
      <p role="status" className="small">
        {list.data &&
          (list.data.unknown.length > 0
            ? `Nobody here has the identifier “${list.data.unknown[0]}”.`
            : `Done for ${plural(list.data.listed, 'person', 'people')}.`)}
      </p>
    </details>
  );
}
