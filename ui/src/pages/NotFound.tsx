// An address without a page.

import { Link } from 'wouter';
import { PageHead } from '../parts/PageHead.tsx';

export function NotFound() {
  return (
    <PageHead title="Not found" answer="There is no page at this address.">
      <Link href="/">Go to the overview</Link>
    </PageHead>
  );
}
