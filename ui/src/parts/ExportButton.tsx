// All scores that fit a filter as one CSV file, streamed by the server: everyone, not only the rows on the screen.

import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Query } from '../client.ts';
import { downloadExport } from '../download.ts';
import { ProblemNote } from './ProblemNote.tsx';

export function ExportButton({ filter, name }: { filter: Query; name: string }) {
  const save = useMutation({ mutationFn: () => downloadExport(filter, name) });
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconDownload size={14} />}
        loading={save.isPending}
        onClick={() => save.mutate()}
      >
        Export everyone
      </Button>
      {save.error && <ProblemNote error={save.error} />}
    </>
  );
}
