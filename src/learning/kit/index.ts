// The public names of the learning kit: word problems with a demonstrator that errs systematically, base policies, measurement.
export { type Band, type BandName, bandNames, bands, type Rate } from './bands.ts'
export { type Base, type BuildOptions, type BuiltBase, baseFor, basePath, baseSeeds, buildBase, openBase } from './base.ts'
export {
  answerOf,
  calculator,
  contextLength,
  endOfAnswer,
  exampleTokens,
  promptText,
  stepsOf,
  wordProblemCodec,
  wordProblemEncoding,
  wordTokens,
} from './codec.ts'
export {
  type CountdownDemonstratorOptions,
  type CountdownDrawOptions,
  type CountdownProblem,
  countdownCodec,
  countdownDemonstration,
  countdownEncoding,
  countdownExample,
  countdownHabits,
  countdownId,
  countdownLengths,
  countdownMoves,
  countdownPromptText,
  countdownTaskOf,
  countdownTokeniser,
  countdownTokens,
  drawCountdown,
  endOfCountdown,
  isHeldOutCountdown,
  reachesTarget,
} from './countdown-kit.ts'
export { type DemonstratorOptions, demonstration } from './demonstrator.ts'
export {
  greedyAnswers,
  type Measurement,
  type MeasureOptions,
  majority,
  measuredProblems,
  measurePolicy,
  sampledAnswers,
} from './measure.ts'
export { contextOf, type KitPolicyOptions, kitPolicy, quickPolicy, type SmallPolicy, sizesOf, type Variant } from './policy.ts'
export { type DrawOptions, drawProblem, drawProblems, isHeldOut, type ProblemSizes, problemId, problemSizes } from './problems.ts'
export { type LabelledTrace, labelledExample, type ProcessLabelOptions, processLabels } from './process-labels.ts'
export { rightAnswer, rightSteps } from './right-path.ts'
export { wordProblemTokeniser } from './vocabulary.ts'
