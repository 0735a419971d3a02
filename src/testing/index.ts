// Contract suites and small parts for tests of your own searchers, environments, models and stores. They need vitest.
export { fakeContext } from './fake-context.ts'
export { fakeNode } from './fake-node.ts'
export { letters, lettersProposer, lettersValue } from './letters.ts'
export { testEnvironment } from './test-environment.ts'
export { testGuard } from './test-guard.ts'
export { testModel } from './test-model.ts'
export { testSearcher } from './test-searcher.ts'
export { testStore } from './test-store.ts'
