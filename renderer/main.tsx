import './styles/app.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './data/client.ts';
import { loadPreferences } from './data/preferences.ts';
import { AnnouncerProvider } from './frame/announcer.tsx';
import { applyAppearance } from './frame/theme.ts';
import { router } from './router.tsx';

/** What was chosen is on the same machine: a host that takes longer than this has other troubles, which the page tells. */
const LONGEST_WAIT_MS = 400;

applyAppearance();
const root = document.getElementById('root');
if (root !== null) {
  const wait = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
  void Promise.race([loadPreferences(), wait]).then(() =>
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <AnnouncerProvider>
            <RouterProvider router={router} />
          </AnnouncerProvider>
        </QueryClientProvider>
      </StrictMode>,
    ),
  );
}
