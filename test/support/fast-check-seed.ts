// Properties are tried with the same cases in every run; BANYAN_TEST_SEED=n tries others. `npm run check:fuzz` draws new ones by the million.
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.BANYAN_TEST_SEED ?? 1) })
