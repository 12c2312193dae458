await import('./reloaded.mjs?first')
await import('./reloaded.mjs?second')
