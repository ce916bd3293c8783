// How many people are known on two platforms or more: the share, how it went by week, and what each two platforms have
// in common.

import type { CrossPlatform } from '../../api.ts';
import { count, percent, shortDay, words } from '../../format.ts';
import { DataTable } from '../../parts/DataTable.tsx';
import { LoadingBlock } from '../../parts/Loading.tsx';
import { Panel } from '../../parts/Panel.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useZone } from '../../place.tsx';
import { useCrossPlatform } from '../../queries.ts';

export function AcrossPlatforms() {
  const figures = useCrossPlatform();
  if (figures.error) return <ProblemNote error={figures.error} onRetry={() => void figures.refetch()} />;
  if (!figures.data) return <LoadingBlock height={160} />;
  const { rate, atLeast, isBelow, people, acrossPlatforms } = figures.data;
  return (
    <Panel
      title="Across platforms"
      note={
        rate === null
          ? 'People were seen on one platform only.'
          : `${count(acrossPlatforms)} of ${count(people)} people were seen on two platforms or more: ${percent(rate)}.`
      }
    >
      {isBelow && (
        <p role="alert" className="small">
          Below {percent(atLeast)}: something that tells people apart or together may be missing, such as a user id or
          an e-mail address in one of the sources.
        </p>
      )}
      {rate !== null && <Tables figures={figures.data} />}
    </Panel>
  );
}

function Tables({ figures }: { figures: CrossPlatform }) {
  const zone = useZone();
  const names = figures.platforms.map(({ platform }) => platform);
  const both = (x: string, y: string) =>
    x === y
      ? (figures.platforms.find(({ platform }) => platform === x)?.people ?? 0)
      : (figures.overlap.find(({ a, b }) => (a === x && b === y) || (a === y && b === x))?.people ?? 0);
  return (
    <>
      <DataTable
        label="People on each two platforms"
        table={{
          columns: ['Platform', ...names.map(words)],
          rows: names.map((row) => [words(row), ...names.map((column) => both(row, column))]),
        }}
      />
      {figures.weeks.length > 0 && (
        <DataTable
          label="People across platforms by week"
          table={{
            columns: ['Week of', 'People', 'Across platforms', 'Share'],
            rows: figures.weeks.map((week) => [
              shortDay(week.week, zone),
              week.people,
              week.acrossPlatforms,
              percent(week.people > 0 ? week.acrossPlatforms / week.people : null),
            ]),
          }}
        />
      )}
    </>
  );
}
