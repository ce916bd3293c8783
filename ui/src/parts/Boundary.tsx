// A page that fails to draw takes only itself down: the rooms stay, and what failed is said. React asks for a class
// here; it has no other way to catch what a child throws.

import { Component, type ReactNode } from 'react';
import { PageHead } from './PageHead.tsx';
import { ProblemNote } from './ProblemNote.tsx';

type State = { error: unknown };

/** Give it the address as `key`, so that another page begins without the failure of this one. */
export class Boundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <PageHead title="This page" answer="Something on this page failed.">
        <ProblemNote error={this.state.error} onRetry={() => this.setState({ error: null })} />
      </PageHead>
    );
  }
}
