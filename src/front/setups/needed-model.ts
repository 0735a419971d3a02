// The model of parts that cannot do without one.
import { BanyanError } from '../../core/errors.ts'
import type { Model } from '../../models/model.ts'
import type { SetupParts } from '../setup.ts'

/**
 * The model that the user has chosen.
 * @throws `E_SETUP_MODEL` when there is none.
 */
export function neededModel(part: string, { model }: SetupParts): Model {
  if (model !== undefined) return model
  throw new BanyanError('E_SETUP_MODEL', `${part} needs a model`, { hint: 'Name one: --model smollm2-135m' })
}
