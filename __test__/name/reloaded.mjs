named(new URL(import.meta.url).search, () => 42)
