// How verl trains on its data: a configuration over its own (Hydra puts them together), a command line, and a reward where answers are sampled.
// Figures are for one graphics card and a small model, to be changed; it knows no model's needs.
import type { Recipe, RecipeData, RecipeParts } from '../recipe.ts'
import { stemOf } from '../recipe.ts'
import { type YamlObject, yaml } from '../yaml.ts'

const defaultModel = 'Qwen/Qwen2.5-0.5B-Instruct'

/**
 * `python3 -m verl.trainer.main_ppo` with GRPO for prompts, `verl.trainer.sft_trainer` for chats.
 * @example
 * writeRecipe(verlRecipe, { file: 'prompts.parquet', format: 'verl.rl', as: 'parquet', rows: 200, model: 'Qwen/Qwen3-0.6B' })
 */
export const verlRecipe: Recipe = {
  name: 'verl',
  formats: ['verl.rl', 'verl.sft'],
  parts: (data) => (data.format === 'verl.rl' ? reinforcement(data) : supervised(data)),
}

function reinforcement(data: RecipeData): RecipeParts {
  const stem = stemOf(data.file)
  const batch = batchOf(data.rows)
  const reward = `${stem}.reward.py`
  const config = configuration(data, 'ppo_trainer', {
    algorithm: { adv_estimator: 'grpo' },
    data: {
      train_files: nameOf(data),
      // verl wants such a file; nothing is measured on it until test_freq says so.
      val_files: nameOf(data),
      train_batch_size: batch,
      max_prompt_length: 1024,
      max_response_length: 1024,
      filter_overlong_prompts: true,
    },
    actor_rollout_ref: {
      model: { path: data.model ?? defaultModel },
      actor: {
        optim: { lr: 1e-6 },
        ppo_mini_batch_size: Math.min(batch, 64),
        ppo_micro_batch_size_per_gpu: Math.min(batch, 4),
        use_kl_loss: true,
        kl_loss_coef: 0.001,
        kl_loss_type: 'low_var_kl',
      },
      rollout: {
        name: 'vllm',
        n: 8,
        tensor_model_parallel_size: 1,
        gpu_memory_utilization: 0.5,
        log_prob_micro_batch_size_per_gpu: 4,
      },
      ref: { log_prob_micro_batch_size_per_gpu: 4 },
    },
    custom_reward_function: { path: reward, name: 'compute_score' },
    trainer: { ...trainer(stem), nnodes: 1, n_gpus_per_node: 1, val_before_train: false, test_freq: -1 },
  })
  return { files: [config, { name: reward, text: rewardModule }], command: ['python3', '-m', 'verl.trainer.main_ppo', ...withConfig(stem)] }
}

function supervised(data: RecipeData): RecipeParts {
  const stem = stemOf(data.file)
  const batch = batchOf(data.rows)
  const config = configuration(data, 'sft_trainer_engine', {
    data: {
      train_files: nameOf(data),
      train_batch_size: batch,
      micro_batch_size_per_gpu: Math.min(batch, 4),
      max_length: 1024,
      messages_key: 'messages',
    },
    model: { path: data.model ?? defaultModel },
    optim: { lr: 1e-5 },
    trainer: trainer(stem),
  })
  const launch = ['torchrun', '--standalone', '--nnodes=1', '--nproc_per_node=1', '-m', 'verl.trainer.sft_trainer']
  return { files: [config], command: [...launch, ...withConfig(stem)] }
}

function trainer(stem: string): YamlObject {
  return {
    project_name: 'banyan',
    experiment_name: stem,
    default_local_dir: `${stem}-verl`,
    logger: ['console'],
    total_epochs: 1,
    save_freq: 50,
  }
}

function configuration({ rows, format, ...data }: RecipeData, base: string, values: YamlObject) {
  const comment = `verl on ${nameOf(data)}: ${rows} rows of ${format}. Paths are from the folder of this file, where it is to be started.`
  return { name: `${stemOf(data.file)}.verl.yaml`, text: yaml(comment, { defaults: [base, '_self_'], ...values }) }
}

function withConfig(stem: string): string[] {
  return ['--config-dir', '.', '--config-name', `${stem}.verl`]
}

function nameOf({ file }: Pick<RecipeData, 'file'>): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/** verl leaves out a last batch that is not full, and wants batches that split evenly: a power of two, at most 256 and at most the rows. */
function batchOf(rows: number): number {
  return 2 ** Math.floor(Math.log2(Math.min(256, Math.max(1, rows))))
}

const rewardModule = `"""A reward for verl: 1 where the last line of an answer holds the ground truth. Write your own where that is not enough."""
import re


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **_):
    right = [ground_truth] if isinstance(ground_truth, str) else ground_truth
    lines = solution_str.strip().splitlines()
    return float(bool(lines) and any(holds(lines[-1], one.strip()) for one in right))


def holds(line, right):
    return re.search(r"(?<![\\w.])" + re.escape(right) + r"(?![\\w])", line) is not None
`
