// The questions that are asked, and for each model how well it answers against the rule it has to beat.

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import type { ModelRow } from '../api.ts';
import { decimal, percent, plural } from '../format.ts';
import { Empty } from '../parts/Empty.tsx';
import { FirstEvents } from '../parts/FirstEvents.tsx';
import { LoadingPage } from '../parts/Loading.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { ProblemNote } from '../parts/ProblemNote.tsx';
import { Term } from '../parts/Term.tsx';
import { usePlace } from '../place.tsx';
import { useModels } from '../queries.ts';
import { questionOf } from '../question.ts';
import { Challenges } from './models/Challenges.tsx';
import { ModelCard } from './models/ModelCard.tsx';
import { TrainForm } from './models/TrainForm.tsx';

export function ModelsPage() {
  const models = useModels();
  const { hasEvents } = usePlace();
  if (!hasEvents) return <FirstEvents page="Models" />;
  if (models.data) return <Content models={models.data.models} />;
  if (models.error) {
    return (
      <PageHead title="Models" answer="The models could not be read.">
        <ProblemNote error={models.error} onRetry={() => void models.refetch()} />
      </PageHead>
    );
  }
  return <LoadingPage />;
}

function Content({ models }: { models: ModelRow[] }) {
  const [opened, { open, close }] = useDisclosure(false);
  const best = models
    .filter(({ status, auc }) => status === 'ACTIVE' && auc !== null)
    .sort((a, b) => b.auc! - a.auc!)[0];
  return (
    <>
      <PageHead
        title="Models"
        answer={best ? <Best model={best} /> : <strong>No model has been trained yet.</strong>}
        note={best && 'Measured on people and days the model never saw.'}
        actions={
          <Button size="xs" leftSection={<IconPlus size={14} />} onClick={open}>
            Ask a new question
          </Button>
        }
      />
      <TrainForm opened={opened} onClose={close} />
      {models.length === 0 ? (
        <Panel title="Train the first one">
          <Empty title="A minute or two on the events that are here." command="npm run -s inkling -- train" />
        </Panel>
      ) : (
        <div className="stack">
          {models.map((model) => (
            <ModelCard key={model.id} model={model} />
          ))}
          <Challenges />
        </div>
      )}
    </>
  );
}

function Best({ model }: { model: ModelRow }) {
  return (
    <>
      <strong>{questionOf(model)}</strong> The model ranks a buyer above someone who does not buy{' '}
      <strong>{percent(model.auc)}</strong> of the time (<Term name="auc">AUC</Term> {decimal(model.auc)}
      {model.baselineAuc !== null && (
        <>
          ; the simple <Term name="baseline">rule</Term> {decimal(model.baselineAuc)}
        </>
      )}
      )
      {model.trainingDataSize !== null && (
        <>, learned from {plural(model.trainingDataSize, 'conversion', 'conversions')}</>
      )}
      .
    </>
  );
}
