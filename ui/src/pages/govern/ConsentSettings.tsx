// Categories of consent: what holds until a person has chosen, what is stored without consent, which events belong to
// which, and the signals of browsers that count as a no.

import { Button, MultiSelect, Select, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Privacy, WithoutConsent } from '../../api.ts';
import { titled, words } from '../../format.ts';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useChangePrivacy } from '../../queries.ts';
import styles from './Govern.module.css';
import { withoutConsentWords } from './words.ts';

type Category = Privacy['categories'][number];

export function ConsentSettings({ privacy }: { privacy: Privacy }) {
  const [draft, setDraft] = useState({
    categories: privacy.categories,
    events: privacy.events,
    globalPrivacyControl: privacy.globalPrivacyControl,
    doNotTrack: privacy.doNotTrack,
  });
  const [name, setName] = useState('');
  const change = useChangePrivacy();
  const names = draft.categories.map((category) => ({ value: category.name, label: titled(words(category.name)) }));
  const setCategory = (index: number, changes: Partial<Category>) =>
    setDraft({
      ...draft,
      categories: draft.categories.map((one, at) => (at === index ? { ...one, ...changes } : one)),
    });
  const setEvents = (category: string, events: string[]) =>
    setDraft({
      ...draft,
      events: [
        ...draft.events.filter((one) => one.category !== category),
        ...events.map((event) => ({ event, category })),
      ],
    });
  const add = () => {
    const fresh: Category = { name: name.trim(), aliases: [], byDefault: 'allowed', withoutConsent: 'count' };
    setDraft({ ...draft, categories: [...draft.categories, fresh] });
    setName('');
  };
  return (
    <Panel
      title="Consent"
      note="Events are of the first category unless another one names them. A no holds from the next event on, for every identifier of the person."
    >
      <ul>
        {draft.categories.map((category, index) => (
          <li key={category.name} className={styles.category}>
            <p className={styles.name}>{titled(words(category.name))}</p>
            <div className={styles.fields}>
              <Select
                label={`Until there is a choice: ${category.name}`}
                allowDeselect={false}
                data={[
                  { value: 'allowed', label: 'Allowed' },
                  { value: 'denied', label: 'Denied' },
                ]}
                value={category.byDefault}
                onChange={(value) => setCategory(index, { byDefault: value as Category['byDefault'] })}
              />
              <Select
                label={`Stored without consent: ${category.name}`}
                allowDeselect={false}
                data={withoutConsentWords}
                value={category.withoutConsent}
                onChange={(value) => setCategory(index, { withoutConsent: value as WithoutConsent })}
              />
              <TagsInput
                label={`Also called: ${category.name}`}
                description="Such as the id of a consent platform."
                value={category.aliases}
                onChange={(aliases) => setCategory(index, { aliases })}
              />
              {index > 0 && (
                <TagsInput
                  label={`Its events: ${category.name}`}
                  description="By name; * at the end for any ending."
                  value={draft.events.filter((one) => one.category === category.name).map(({ event }) => event)}
                  onChange={(events) => setEvents(category.name, events)}
                />
              )}
            </div>
          </li>
        ))}
      </ul>
      <div className={styles.rule}>
        <TextInput
          label="A category of your own"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button variant="default" disabled={name.trim() === ''} onClick={add}>
          Add the category
        </Button>
      </div>
      <div className={styles.fields}>
        <MultiSelect
          label="Global Privacy Control is a no to"
          data={names}
          value={draft.globalPrivacyControl}
          onChange={(globalPrivacyControl) => setDraft({ ...draft, globalPrivacyControl })}
        />
        <MultiSelect
          label="Do Not Track is a no to"
          data={names}
          value={draft.doNotTrack}
          onChange={(doNotTrack) => setDraft({ ...draft, doNotTrack })}
        />
      </div>
      <div className={styles.actions}>
        <Button loading={change.isPending} onClick={() => change.mutate({ change: draft, revision: privacy.revision })}>
          Save consent
        </Button>
      </div>
      {change.error && <ProblemNote error={change.error} />}
    </Panel>
  );
}
