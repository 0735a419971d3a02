"""Reads data files with datasets, pyarrow and json, and says what they hold; reads what recipes wrote beside them.

Usage: read-back.py <list of files: a line of JSON with id, path, kind for each> <where to write what was read, a line for each reader>
"""

import json
import sys
import tempfile
from pathlib import Path

import datasets
import pyarrow
import pyarrow.json
import pyarrow.parquet
import yaml


def type_name(kind):
    """The type in words that this project uses."""
    if pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind):
        return "text"
    if pyarrow.types.is_boolean(kind):
        return "truth"
    if pyarrow.types.is_int64(kind):
        return "whole"
    if pyarrow.types.is_float64(kind):
        return "number"
    if pyarrow.types.is_null(kind):
        return "unknown"
    if pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind):
        return [type_name(kind.value_type)]
    if pyarrow.types.is_struct(kind):
        return {field.name: type_name(field.type) for field in kind}
    if str(kind) == "extension<arrow.json>":  # datasets' own type for structs whose fields vary from row to row
        return "json"
    return str(kind)


def with_datasets(path, kind, cache):
    data = datasets.load_dataset(kind, data_files=path, split="train", cache_dir=cache)
    schema = data.features.arrow_schema
    return {field.name: type_name(field.type) for field in schema}, list(data)


def with_pyarrow(path, kind, _):
    table = pyarrow.parquet.read_table(path) if kind == "parquet" else pyarrow.json.read_json(path)
    return {field.name: type_name(field.type) for field in table.schema}, table.to_pylist()


def with_json(path, _, __):
    return None, [json.loads(file.read_text("utf-8")) for file in sorted(Path(path).iterdir())]


def with_python(path, _, __):
    """What a recipe wrote: a configuration, a program; a shell's script is not looked at."""
    text = Path(path).read_text("utf-8")
    if path.endswith((".yaml", ".yml")) and not isinstance(yaml.safe_load(text), dict):
        raise ValueError("the configuration is no mapping")
    if path.endswith(".py"):
        compile(text, path, "exec")
    return None, []


def main(listed, target):
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache, open(target, "w", encoding="utf-8") as out:
        for line in Path(listed).read_text("utf-8").splitlines():
            item = json.loads(line)
            readers = {"documents": [with_json], "recipe": [with_python]}.get(item["kind"], [with_datasets, with_pyarrow])
            for reader in readers:
                found = {"id": item["id"], "reader": reader.__name__.removeprefix("with_")}
                try:
                    columns, rows = reader(item["path"], item["kind"], cache)
                    found.update(columns=columns, rows=rows)
                except Exception as error:  # What a reader cannot read is a finding, not the end.
                    found.update(error=f"{type(error).__name__}: {error}".splitlines()[0])
                out.write(json.dumps(found, default=str) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
