// The builder of a rule: groups and conditions on one side, on the other what they say in a sentence, how many people
// and who. Saved, it is a segment.

import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { ApiError } from '../client.ts';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import type { RuleSegment, SegmentStatus, Strategy } from '../segmentsApi.ts';
import { usePersonas, useRuleSegment, useSaveRuleSegment } from '../segmentsQueries.ts';
import person from './Person.module.css';
import { NameInput } from './rule/Fields.tsx';
import { Group } from './rule/Group.tsx';
import { InWords } from './rule/InWords.tsx';
import { Preview, useAnswers } from './rule/Preview.tsx';
import styles from './rule/Rule.module.css';
import { useSuggestions } from './rule/suggestions.ts';
import { nodeAt } from './rule/tree.ts';
import { useRule } from './rule/useRule.ts';
import { statuses, strategies } from './segments/strategies.ts';

export function NewRulePage() {
  return (
    <>
      <WayBack href="/segments">Segments</WayBack>
      <Builder segment={undefined} />
    </>
  );
}

export function EditRulePage() {
  const id = decodeURIComponent(useParams<{ id: string }>().id);
  const segment = useRuleSegment(id);
  if (segment.data) {
    return (
      <>
        <WayBack href={`/segments/${encodeURIComponent(id)}`}>{segment.data.segment_name}</WayBack>
        <Builder key={id} segment={segment.data} />
      </>
    );
  }
  if (segment.error) {
    return (
      <PageHead title="Change a segment" answer="The segment could not be read.">
        <ProblemNote error={segment.error} onRetry={() => void segment.refetch()} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}

function WayBack({ href, children }: { href: string; children: string }) {
  return (
    <nav aria-label="Way back" className={person.back}>
      <Link href={href}>{children}</Link>
    </nav>
  );
}

function Builder({ segment }: { segment: RuleSegment | undefined }) {
  const [name, setName] = useState(segment?.segment_name ?? '');
  const [description, setDescription] = useState(segment?.description ?? '');
  const [strategy, setStrategy] = useState<Strategy | ''>(segment?.strategy ?? '');
  const [persona, setPersona] = useState(segment?.persona_id ?? '');
  const [status, setStatus] = useState(segment?.status ?? 'active');
  const personas = usePersonas();
  const [emits, setEmits] = useState(segment?.emits_events ?? false);
  const [isStrict, setStrict] = useState(false);
  const [, go] = useLocation();
  const building = useRule(segment?.rule);
  const suggestions = useSuggestions();
  const { rule, lacking, places, root, actions } = building;
  const answers = useAnswers(rule);
  const save = useSaveRuleSegment(segment?.id);
  // What was said against an earlier state of the rule no longer holds.
  const refusal = save.variables?.criteria === rule ? save.error : null;
  const error = refusal ?? (rule ? answers.error : null);
  const wrong = placed(error, places);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setStrict(true);
    if (rule === null) {
      if (lacking) building.focusOn(lacking);
      return;
    }
    const request = {
      segment_name: name.trim(),
      description: description.trim(),
      criteria: rule,
      persona_id: persona.trim() || null,
      emits_events: emits,
    };
    save.mutate(
      { ...request, ...(strategy && { strategy }), ...(status !== 'archived' && { status }) },
      { onSuccess: ({ id }) => go(`/segments/${encodeURIComponent(id)}`) },
    );
  };
  return (
    <>
      <PageHead
        title={segment ? `Change ${segment.segment_name}` : 'New segment'}
        answer="Say who belongs together; see at once how many and who."
        note="Everything here works by keyboard: Tab to a control, Enter to press it."
      />
      <div className={styles.page}>
        <div className="stack">
          <InWords onRule={building.setRule} />
          <div ref={building.box}>
            <Group node={root} name="" place={null} context={{ actions, suggestions, wrong, isStrict }} />
          </div>
        </div>
        <div className={`stack ${styles.beside}`}>
          <Preview rule={rule} answers={answers} isPlaced={wrong !== null} />
          <Panel title={segment ? 'Save the change' : 'Save it'}>
            <form onSubmit={submit} className={styles.save}>
              <TextInput
                label="Name"
                required
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <Textarea
                label="What it is for"
                autosize
                maxRows={5}
                maxLength={2000}
                value={description}
                onChange={(event) => setDescription(event.currentTarget.value)}
              />
              <NameInput
                label="Persona"
                placeholder="Whom it belongs to"
                suggestions={personas.map((value) => ({ value }))}
                value={persona}
                onChange={setPersona}
              />
              <NativeSelect
                label="Strategy"
                data={[...(segment ? [] : [{ value: '', label: 'As the conditions tell' }]), ...strategies]}
                value={strategy}
                onChange={(event) => setStrategy(event.currentTarget.value as Strategy | '')}
              />
              {status !== 'archived' && (
                <NativeSelect
                  label="State"
                  description="Paused, it is not kept up to date."
                  data={statuses.filter(({ value }) => value !== 'archived')}
                  value={status}
                  onChange={(event) => setStatus(event.currentTarget.value as SegmentStatus)}
                />
              )}
              <label className={styles.check}>
                <input type="checkbox" checked={emits} onChange={(event) => setEmits(event.currentTarget.checked)} />
                <span>
                  Tell who enters and leaves as events
                  <span className="faint small"> in timelines, and to rules that name them</span>
                </span>
              </label>
              {isStrict && rule === null && (
                <p role="alert" className={styles.wrong}>
                  A part of the rule is still missing.
                </p>
              )}
              {refusal && wrong === null && <ProblemNote error={refusal} />}
              <Button type="submit" loading={save.isPending}>
                {segment ? 'Save the change' : 'Save the segment'}
              </Button>
            </form>
          </Panel>
        </div>
      </div>
    </>
  );
}

/** An error that belongs to a part of the rule, with the key of that part. */
function placed(error: unknown, places: Map<string, string>): { key: string; message: string } | null {
  if (!(error instanceof ApiError)) return null;
  const key = nodeAt(places, error.problem.field);
  if (key === undefined) return null;
  const { detail, title, hint } = error.problem;
  return { key, message: [detail || title, hint].filter(Boolean).join(' ') };
}
