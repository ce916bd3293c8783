// Asks for the secret key, and says where it is found. Wrong keys come back here with the server's own words.

import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Problem } from '../api.ts';
import { Brand } from '../parts/Brand.tsx';
import { Command } from '../parts/Command.tsx';
import { signIn } from '../session.ts';
import styles from './SignIn.module.css';

export function SignIn({ refused }: { refused: Problem | null }) {
  const [typed, setTyped] = useState('');
  const queries = useQueryClient();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() === '') return;
    queries.clear();
    signIn(typed);
  };
  return (
    <main className={styles.place}>
      <div className={styles.card}>
        <Brand />
        <h1 className={styles.title}>Sign in</h1>
        <p className="quiet">The dashboard reads with the secret key of a workspace. It stays in this tab only.</p>
        <form onSubmit={submit} className={styles.form}>
          <TextInput
            label="Secret key"
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={refused && reasonOf(refused)}
          />
          <Button type="submit" fullWidth>
            Sign in
          </Button>
        </form>
        <p className="quiet small">No key at hand? This prints the keys of every workspace:</p>
        <Command text="npm run -s inkling -- keys" />
      </div>
    </main>
  );
}

function reasonOf(refused: Problem): string {
  const words = [refused.detail, refused.hint].filter(Boolean).join(' ');
  return words === '' ? 'This key is not accepted.' : words.replaceAll('`', '');
}
