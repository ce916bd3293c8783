// One model, judged: the answer in plain words first, then its proof, then where to draw the line, what drives it,
// and from what it was made.

import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import type { Model, Performance } from '../api.ts';
import { count, ofHundredRange, plural, shortDay } from '../format.ts';
import { DeleteButton } from '../parts/DeleteButton.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { StaleNote } from '../parts/StaleNote.tsx';
import { StatusMark } from '../parts/StatusMark.tsx';
import { Term } from '../parts/Term.tsx';
import { useZone } from '../place.tsx';
import { useDeleteModel, useModel } from '../queries.ts';
import { AccuracyLog } from './models/AccuracyLog.tsx';
import { DriftPanel } from './models/DriftPanel.tsx';
import { Drivers } from './models/Drivers.tsx';
import { Ladder } from './models/Ladder.tsx';
import { LineagePanel } from './models/LineagePanel.tsx';
import { JourneySamples, Movement } from './models/Movement.tsx';
import { Quality } from './models/Quality.tsx';
import { SegmentsMeasured } from './models/SegmentsMeasured.tsx';
import { ThresholdPanel } from './models/ThresholdPanel.tsx';
import { Warnings } from './models/Warnings.tsx';
import styles from './Person.module.css';

export function ModelPage() {
  const { id } = useParams<{ id: string }>();
  const model = useModel(id);
  return (
    <>
      <nav aria-label="Way back" className={styles.back}>
        <Link href="/models">Models</Link>
      </nav>
      {model.data ? (
        <Content model={model.data} refreshFailed={model.isError} />
      ) : model.error ? (
        <PageHead title="Model" answer="This model could not be read.">
          <ProblemNote error={model.error} onRetry={() => void model.refetch()} />
        </PageHead>
      ) : (
        <LoadingPage />
      )}
    </>
  );
}

function Content({ model, refreshFailed }: { model: Model; refreshFailed: boolean }) {
  const { performance } = model;
  const remove = useDeleteModel();
  return (
    <>
      <PageHead
        title={model.name}
        answer={performance ? <Statement performance={performance} /> : pending[model.status]}
        note={performance && <OfWhat performance={performance} />}
        actions={
          <>
            <StatusMark status={model.status} />
            <DeleteButton
              id={model.id}
              name={model.name}
              consequence="Its scores and its figures go with it. The events stay."
              mutation={remove}
              then="/models"
            />
          </>
        }
      />
      <div className="stack">
        <StaleNote asOf={null} refreshFailed={refreshFailed} />
        <Warnings warnings={model.warnings} />
        {performance && (
          <>
            <SegmentsMeasured performance={performance} timeframeDays={model.timeframeDays} />
            <Quality performance={performance} />
            <ThresholdPanel performance={performance} modelId={model.id} timeframeDays={model.timeframeDays} />
          </>
        )}
        {performance && <AccuracyLog model={model} />}
        {performance && <DriftPanel modelId={model.id} />}
        {model.drivers.length > 0 && <Drivers drivers={model.drivers} />}
        {performance && <Movement modelId={model.id} />}
        {performance && <JourneySamples modelId={model.id} />}
        <div className="grid">
          <div className="span5">
            <Ladder model={model} />
          </div>
          <div className="span7">{model.lineage && <LineagePanel lineage={model.lineage} model={model} />}</div>
        </div>
      </div>
    </>
  );
}

const pending: Record<Model['status'], ReactNode> = {
  TRAINING: 'Still learning. This page turns by itself when it is done.',
  FAILED: 'Training failed, so nothing is known of its quality.',
  ACTIVE: 'How good it is, is not known: there is no holdout yet.',
  DEPRECATED: 'How good it was, is not known: there was no holdout.',
};

function Statement({ performance }: { performance: Performance }) {
  const high = performance.segments.find(({ name }) => name === 'HIGH');
  return (
    <>
      <strong>{performance.statement}</strong>
      {high?.interval && (
        <>
          {' '}
          The true share lies between {ofHundredRange(high.interval).replace(' to ', ' and ')} of 100, with 95%{' '}
          <Term name="interval">certainty</Term>.
        </>
      )}
    </>
  );
}

function OfWhat({ performance }: { performance: Performance }) {
  const zone = useZone();
  const { asOf, people, conversions } = performance.holdout;
  return (
    <>
      On the <Term name="holdout">holdout</Term>: {plural(people, 'person', 'people')} as known on{' '}
      {asOf.map((moment) => shortDay(moment, zone)).join(' and ')}, of whom {count(conversions)} bought.
    </>
  );
}
