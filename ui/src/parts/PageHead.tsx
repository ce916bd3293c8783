// The first glance of every page: its name, the answer in one sentence with a number and its uncertainty, and what
// the answer is of and as of when. Takes the focus when the page changes, so that a screen reader hears the page.

import { useDocumentTitle } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef } from 'react';
import styles from './PageHead.module.css';

export type PageHeadProps = {
  title: string;
  answer: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
};

export function PageHead({ title, answer, note, actions, children }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useDocumentTitle(`${title} – Inkling`);
  useEffect(() => {
    // The first page of a visit leaves the focus alone, so that Tab reaches the skip link first.
    if (visits++ > 0) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <header className={styles.head}>
      <div className={styles.line}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {actions && <div className="row">{actions}</div>}
      </div>
      <p className={styles.answer}>{answer}</p>
      {note && <p className={styles.note}>{note}</p>}
      {children}
    </header>
  );
}

let visits = 0;
