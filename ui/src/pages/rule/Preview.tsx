// What the rule says and whom it brings, while it is built: the sentence at once, size and some of the people a moment
// after the last change. What a later change overtakes is called off.

import { useDebouncedValue } from '@mantine/hooks';
import { Link } from 'wouter';
import { count, percent, plural } from '../../format.ts';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { usePerson } from '../../queries.ts';
import type { Rule } from '../../rule.ts';
import type { RulePreview } from '../../segmentsApi.ts';
import { usePreview, useSentence } from '../../segmentsQueries.ts';
import styles from './Rule.module.css';

const sentenceMs = 120;
const previewMs = 350;
const shownPeople = 5;

/** What the server says of the rule; `error` may belong to a place in it. */
export function useAnswers(rule: Rule | null) {
  const [toSay] = useDebouncedValue(rule, sentenceMs);
  const [toCount] = useDebouncedValue(rule, previewMs);
  const sentence = useSentence(toSay);
  const preview = usePreview(sentence.error ? null : toCount);
  return { sentence, preview, error: sentence.error ?? preview.error };
}

export type PreviewProps = { rule: Rule | null; answers: ReturnType<typeof useAnswers>; isPlaced: boolean };

export function Preview({ rule, answers: { sentence, preview, error }, isPlaced }: PreviewProps) {
  return (
    <Panel title="Whom it brings" note="As of now, before anything is saved.">
      <p className={styles.sentence} aria-live="polite">
        {rule === null ? (
          <span className="faint">Nothing yet: a part of the rule is still missing.</span>
        ) : (
          <>People who {sentence.data?.sentence ?? '…'}</>
        )}
      </p>
      {error && !isPlaced && <ProblemNote error={error} />}
      {rule !== null &&
        !error &&
        (preview.data ? (
          <Size preview={preview.data} isOld={preview.isPlaceholderData} />
        ) : (
          <LoadingBlock height={90} />
        ))}
    </Panel>
  );
}

function Size({ preview, isOld }: { preview: RulePreview; isOld: boolean }) {
  const { size, people, interval, is_exact: isExact, sample } = preview;
  return (
    <div className={styles.size} data-old={isOld || undefined}>
      <p role="status" className="number">
        {isExact ? '' : 'About '}
        <strong>{plural(size, 'person', 'people')}</strong>
        {!isExact && (
          <>
            {' '}
            ({count(interval[0])} to {count(interval[1])})
          </>
        )}{' '}
        of {count(people)}
        {people > 0 && <>, {percent(size / people)}</>}.
      </p>
      {sample.length > 0 && (
        <>
          <p className="faint small">Some of them</p>
          <ul className={styles.sample}>
            {sample.slice(0, shownPeople).map((id) => (
              <li key={id}>
                <PersonName id={id} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function PersonName({ id }: { id: string }) {
  const person = usePerson(id);
  return <Link href={`/people/${id}`}>{person.data?.displayName ?? id}</Link>;
}
