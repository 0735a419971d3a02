// How TRL (1.x) trains on each of its data types: a configuration for its command line, or for a short program where it has no command.
// Figures are TRL's own defaults, written out so that they can be changed; it knows no model's needs.
import type { Recipe, RecipeData, RecipeParts } from '../recipe.ts'
import { stemOf } from '../recipe.ts'
import { type YamlObject, yaml } from '../yaml.ts'

/** What a trainer is started with, besides data and model. */
interface Trainer {
  readonly command: 'sft' | 'dpo' | 'reward' | 'kto' | 'grpo' | 'prm'
  readonly settings: YamlObject
}

const sft: Trainer = { command: 'sft', settings: { learning_rate: 2e-5, max_length: 1024 } }

const trainers: Readonly<Record<string, Trainer>> = {
  'trl.language-modelling': sft,
  'trl.prompt-completion': sft,
  'trl.dpo': { command: 'dpo', settings: { learning_rate: 1e-6, beta: 0.1, max_length: 1024 } },
  'trl.reward': { command: 'reward', settings: { learning_rate: 1e-4, max_length: 1024 } },
  'trl.kto': { command: 'kto', settings: { learning_rate: 1e-6, beta: 0.1, max_length: 1024 } },
  'trl.prompt-only': { command: 'grpo', settings: { learning_rate: 1e-6, num_generations: 8, max_completion_length: 512 } },
  'trl.stepwise': { command: 'prm', settings: { learning_rate: 1e-5, max_length: 1024, step_separator: '\n' } },
}

/**
 * `trl sft | dpo | reward | kto | grpo --config …`, or a program for stepwise data.
 * @example
 * writeRecipe(trlRecipe, { file: 'pairs.jsonl', format: 'trl.dpo', as: 'jsonl', rows: 200, model: 'Qwen/Qwen3-0.6B' })
 */
export const trlRecipe: Recipe = {
  name: 'trl',
  formats: Object.keys(trainers),
  parts(data) {
    const { command, settings } = trainers[data.format]!
    const stem = stemOf(data.file)
    const config = (own: YamlObject = {}) => ({ name: `${stem}.trl.yaml`, text: configuration(data, { ...settings, ...own }) })
    if (command === 'prm') return stepwise(stem, config())
    if (command === 'grpo') return sampling(stem, config)
    return { files: [config()], command: ['trl', command, '--config', config().name] }
  },
}

type File = RecipeParts['files'][number]

/** TRL has no command for process reward models, and from 1.14 on no trainer: a program reads the same configuration. */
function stepwise(stem: string, config: File): RecipeParts {
  const program = { name: `${stem}.trl.py`, text: prmProgram }
  return { files: [config, program], command: ['python', program.name, '--config', config.name] }
}

/** Trainers that sample need a reward; `trl grpo` finds it as a module in the folder where it is started. */
function sampling(stem: string, config: (own: YamlObject) => File): RecipeParts {
  const module = `${stem.replace(/\W/g, '_').replace(/^(?=\d)/, '_')}_reward`
  const file = config({ reward_funcs: [`${module}.solution_reward`] })
  return { files: [file, { name: `${module}.py`, text: rewardModule }], command: ['trl', 'grpo', '--config', file.name] }
}

function configuration({ file, as, rows, format, model = 'HuggingFaceTB/SmolLM2-135M-Instruct' }: RecipeData, own: YamlObject): string {
  const name = file.slice(file.lastIndexOf('/') + 1)
  return yaml(`TRL on ${name}: ${rows} rows of ${format}. Paths are from the folder of this file.`, {
    model_name_or_path: model,
    datasets: [{ path: as === 'parquet' ? 'parquet' : 'json', data_files: name }],
    output_dir: `${stemOf(file)}-trl`,
    num_train_epochs: 1,
    per_device_train_batch_size: 8,
    gradient_accumulation_steps: 1,
    ...own,
    logging_steps: 10,
    seed: 42,
  })
}

const prmProgram = `"""Trains a process reward model: right or wrong at the end of every step.

Run: python <this file> --config <the .yaml beside it>. TRL's own trainer for it left with version 1.14, so this one is transformers'.
"""
from dataclasses import dataclass

from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
)
from trl import DatasetMixtureConfig, ModelConfig, TrlParser, get_dataset


@dataclass
class StepArguments:
    max_length: int = 1024
    step_separator: str = "\\n"


parser = TrlParser((StepArguments, TrainingArguments, ModelConfig, DatasetMixtureConfig))
steps, training, model_config, mixture = parser.parse_args_and_config()
name = model_config.model_name_or_path
tokenizer = AutoTokenizer.from_pretrained(name)
if tokenizer.pad_token is None:
    tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForTokenClassification.from_pretrained(name, num_labels=2)
separator = tokenizer(steps.step_separator, add_special_tokens=False)["input_ids"]


def tokens_and_labels(row):
    tokens = tokenizer(row["prompt"])["input_ids"]
    labels = [-100] * len(tokens)
    for completion, label in zip(row["completions"], row["labels"]):
        step = tokenizer(completion, add_special_tokens=False)["input_ids"] + separator
        tokens = tokens + step
        labels = labels + [-100] * (len(step) - 1) + [int(label)]
    return {"input_ids": tokens[: steps.max_length], "labels": labels[: steps.max_length]}


data = get_dataset(mixture)["train"]
# The column labels changes from truth values to whole numbers, so that the old columns go first.
data = data.rename_column("labels", "verdicts").map(
    lambda row: tokens_and_labels({**row, "labels": row["verdicts"]}), remove_columns=["prompt", "completions", "verdicts"]
)
Trainer(
    model=model,
    args=training,
    train_dataset=data,
    data_collator=DataCollatorForTokenClassification(tokenizer),
    processing_class=tokenizer,
).train()
model.save_pretrained(training.output_dir)
tokenizer.save_pretrained(training.output_dir)
`

const rewardModule = `"""A reward for trl grpo: 1 where the last line of an answer holds the solution. Write your own where that is not enough."""
import re


def solution_reward(completions, solution=None, **_):
    if solution is None:
        raise ValueError("the data has no column solution: write a reward of your own")
    texts = [completion if isinstance(completion, str) else completion[-1]["content"] for completion in completions]
    last = [text.strip().splitlines()[-1] if text.strip() else "" for text in texts]
    return [None if right is None else float(holds(line, right.strip())) for line, right in zip(last, solution)]


def holds(line, right):
    return re.search(r"(?<![\\w.])" + re.escape(right) + r"(?![\\w])", line) is not None
`
