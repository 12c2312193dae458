import './awaited.mjs'

named('importer', () => 42)
