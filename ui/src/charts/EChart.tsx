// The one place where ECharts meets the page: it is fetched when first needed, follows the size of its box, the
// light or dark scheme and the wish for less motion, and carries its description for who does not see it.

import { useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import type { EChartsType } from 'echarts/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { tokens } from '../tokens.ts';
import type { Chart } from './chart.ts';
import styles from './EChart.module.css';

type Engine = typeof import('./engine.ts');

export type EChartProps<Data> = { chart: Chart<Data>; data: Data; height: number };

export function EChart<Data>({ chart, data, height }: EChartProps<Data>) {
  const box = useRef<HTMLDivElement>(null);
  const engine = useEngine();
  const still = useReducedMotion();
  const scheme = useComputedColorScheme('light');
  const [instance, setInstance] = useState<EChartsType | null>(null);
  const option = useMemo(() => chart.option(data, tokens[scheme]), [chart, data, scheme]);

  useEffect(() => {
    const element = box.current;
    if (!engine || !element) return;
    const made = engine.init(element, null, { renderer: 'svg' });
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(element);
    setInstance(made);
    return () => {
      observer.disconnect();
      made.dispose();
      setInstance(null);
    };
  }, [engine]);

  useEffect(() => {
    instance?.setOption({ ...option, animation: !still }, { notMerge: true });
  }, [instance, option, still]);

  return (
    <div
      ref={box}
      role="img"
      aria-label={chart.describe(data)}
      data-chart={instance ? 'drawn' : 'waiting'}
      className={styles.chart}
      style={{ height }}
    />
  );
}

function useEngine(): Engine | null {
  const [engine, setEngine] = useState<Engine | null>(null);
  useEffect(() => {
    let wanted = true;
    import('./engine.ts').then((loaded) => {
      if (wanted) setEngine(loaded);
    });
    return () => {
      wanted = false;
    };
  }, []);
  return engine;
}
