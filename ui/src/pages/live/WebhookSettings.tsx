// What a platform needs to be believed: drawn from the settings that the source states. A secret is never shown again.

import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { SourceSetting, WebhookSource } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSourceSettings } from '../../queries.ts';
import styles from './Sources.module.css';

export function WebhookSettings({ webhook }: { webhook: WebhookSource }) {
  const [draft, setDraft] = useState<Record<string, string>>({});
  const save = useSourceSettings(webhook.name);
  const changed = Object.keys(draft).length > 0;
  return (
    <form
      className={styles.settings}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          Object.fromEntries(Object.entries(draft).map(([name, value]) => [name, value === '' ? null : value])),
          {
            onSuccess: () => setDraft({}),
          },
        );
      }}
    >
      {webhook.settings.map((setting) => (
        <Field
          key={setting.name}
          setting={setting}
          value={draft[setting.name] ?? (setting.secret ? '' : String(setting.value ?? ''))}
          onChange={(value) => setDraft({ ...draft, [setting.name]: value })}
        />
      ))}
      {save.error && <ProblemNote error={save.error} />}
      <Button type="submit" size="xs" variant="default" disabled={!changed} loading={save.isPending}>
        Save
      </Button>
      {save.isSuccess && !changed && <p role="status">Saved, encrypted.</p>}
    </form>
  );
}

type FieldProps = { setting: SourceSetting; value: string; onChange(value: string): void };

function Field({ setting, value, onChange }: FieldProps) {
  const { name, description, choices, secret, set } = setting;
  const label = name.replace(/([A-Z])/g, ' $1').toLowerCase();
  const common = { label: label.charAt(0).toUpperCase() + label.slice(1), description, value };
  if (choices.length > 0)
    return <NativeSelect {...common} data={choices} onChange={(event) => onChange(event.currentTarget.value)} />;
  const input = {
    ...common,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  if (secret)
    return <PasswordInput {...input} placeholder={set ? 'Set; type to replace it' : 'Not set'} autoComplete="off" />;
  return <TextInput {...input} />;
}
