import { testSystem } from '../experiments/testing/test-system.ts'
import { treePo } from './tree-po.ts'

testSystem(treePo, new URL('./tree-po.ts', import.meta.url))
