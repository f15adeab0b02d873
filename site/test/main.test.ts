import { cleanup, screen } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { FakeEngine } from './fake-engine.ts';

// The page as it starts for real, but for the wasm.
const engine = new FakeEngine();
vi.mock('../src/engine/engine.ts', () => ({
  missingFeature: () => undefined,
  startEngine: () => Promise.resolve(engine),
}));
vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}')));
history.replaceState(null, '', '/below/?x=1#iHeld');
document.body.innerHTML = '<div id="app"></div>';
// Here and not in the test, whose time the loading of the whole page would use up.
await import('../src/app/parts.ts');
await import('../src/main.ts');

test('links that are opened go to the engine whole, before it is there and later', async () => {
  await vi.waitFor(() => expect(screen.getByRole('button', { name: 'Join chat' })).toBeTruthy());
  expect(engine.calls).toEqual([`find ${location.origin}/below/#iHeld`]);

  location.hash = '#iLater';
  await vi.waitFor(() => expect(engine.calls).toHaveLength(2));
  expect(engine.calls[1]).toBe(`find ${location.origin}/below/#iLater`);
  expect(location.href).not.toContain('#');
  cleanup();
});
