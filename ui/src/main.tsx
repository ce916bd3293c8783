// Starts the dashboard: styles, the key from the address, the theme, the cache of answers, and the pages.

import './styles.ts';
import './base.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { ApiError } from './client.ts';
import { takeKeyFromAddress } from './session.ts';
import { cssVariables, theme } from './theme.ts';

takeKeyFromAddress();
window.addEventListener('hashchange', takeKeyFromAddress);

// After an upgrade of the server the parts of the old build are gone: load the new one, but not twice within a minute.
window.addEventListener('vite:preloadError', () => {
  const last = Number(window.name.replace('inkling-reloaded-', '')) || 0;
  if (Date.now() - last < 60_000) return;
  window.name = `inkling-reloaded-${Date.now()}`;
  window.location.reload();
});

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A refusal will not change by asking again; a server that starts may answer the second time.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && isPassing(error.problem.status),
    },
  },
});

function isPassing(status: number): boolean {
  return status === 0 || status >= 502;
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </MantineProvider>,
);
