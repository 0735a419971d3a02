// The public names of telemetry.
export { type Comparison, type Curve, compareAt, curveOf, heightAt, type Run, sharedCheckpoints } from './curves.ts'
export { type CurvesPictureOptions, curvesPicture } from './curves-picture.ts'
export {
  type PolicyTelemetry,
  policyTelemetry,
  type TelemetryName,
  type TelemetryValues,
  type TokenTelemetry,
  telemetryNames,
} from './policy-telemetry.ts'
export { readTelemetry, type TelemetryLog, type TelemetryPoint, telemetryLog } from './telemetry-log.ts'
